//! Extension 0x000A: test.

use super::instructions;
use crate::field::*;

#[rustfmt::skip]
instructions! {
    /// An instruction of the test extension.
    TestOp 0x000A;
    0x0000 AssertEq "assert_eq" [] STATE Elements TEST (hot(0, "a"), hot(1, "b")) [2 = 0] (hot(0, "a"), hot_name(1, "b"), word("snapshot")) [2 = 1] "same length and elements; with snapshot, against the snapshot of b";
    0x0001 AssertGt "assert_gt" [] STATE Elements TEST (hot(0, "a"), hot(1, "b")) "sum of a > sum of b";
    0x0002 AssertActive "assert_active" [] STATE Elements TEST (hot(0, "a")) "some element is not 0";
    0x0003 AssertRange "assert_range" [] STATE Elements TEST (hot(0, "a"), i8_(1, "min"), i8_(2, "max"), word("signed")) [3 = 1] (hot(0, "a"), u8_(1, "min"), u8_(2, "max")) "min <= a[i] <= max for all i";
    0x0004 TestBegin "test_begin" [] STATE Unit TEST (u8_(0, "id")) "begins a test";
    0x0005 TestEnd "test_end" [] STATE Unit TEST () "ends the test";
    0x0006 ExpectChem "expect_chem" [] STATE Unit TEST (u8_(0, "chem"), u8_(1, "min"), u8_(2, "max")) "min <= level of the chemical <= max";
    0x0007 Snapshot "snapshot" [] STATE Elements TEST (hot(0, "a")) "keeps a copy of the data under the register's index";
}
