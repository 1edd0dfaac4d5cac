//! The test extension.

use super::{Flow, Word};
use crate::context::ExecutionContext;
use crate::error::{Error, ErrorKind, Fault};
use crate::machine::test_state::TestRecord;
use crate::machine::{CHEMICAL_NAMES, Machine, slot};
use std::fmt::Display;
use ternsig_isa::table::test::TestOp;
use ternsig_isa::{Op, Register};
use ternsig_program::{Step, StepOp};

/// Most tests that one run can record.
const MAX_TESTS: usize = 1 << 16;

pub(super) fn execute(ctx: &mut ExecutionContext<'_>, op: TestOp, word: Word) -> Result<Flow, Fault> {
    match op {
        TestOp::AssertEq => assert_eq(ctx.machine_mut(), word)?,
        TestOp::AssertGt => assert_gt(ctx.machine_mut(), word)?,
        TestOp::AssertActive => assert_active(ctx.machine_mut(), word)?,
        TestOp::AssertRange => assert_range(ctx.machine_mut(), word)?,
        TestOp::TestBegin => test_begin(ctx.machine_mut(), word)?,
        TestOp::TestEnd => test_end(ctx.machine_mut())?,
        TestOp::ExpectChem => expect_chem(ctx, word)?,
        TestOp::Snapshot => snapshot(ctx.machine_mut(), word)?,
    }
    Ok(Flow::Next)
}

/// Counts an assertion; its failure names the open test.
fn judge(m: &mut Machine, failure: Option<String>) -> Result<(), Fault> {
    m.tests.count_assertion();
    failure.map_or(Ok(()), |failure| Err(Fault::new(ErrorKind::AssertionFailed, in_test(m, failure))))
}

fn in_test(m: &Machine, message: impl Display) -> String {
    match m.tests.open() {
        Some(test) => format!("[test {}] {message}", test.id),
        None => message.to_string(),
    }
}

/// With c = 1, compares with the snapshot of the second register.
fn assert_eq(m: &mut Machine, [a, b, c, _]: Word) -> Result<(), Fault> {
    let (left, right) = (Register::from_byte(a), Register::from_byte(b));
    let actual = m.data(a)?;
    let (expected, what) = match c {
        1 => {
            let missing = || Fault::about(ErrorKind::NotFound, right, "has no snapshot");
            (
                m.tests.snapshots.get(&slot(b)).ok_or_else(missing)?.as_slice(),
                format!("the snapshot of {right}"),
            )
        }
        _ => (m.data(b)?, right.to_string()),
    };
    let failure = if actual.len() != expected.len() {
        Some(format!("{left} has {} elements, {what} has {}", actual.len(), expected.len()))
    } else {
        let different = actual.iter().zip(expected).position(|(x, y)| x != y);
        different.map(|i| format!("{left}[{i}] is {}, {what} has {}", actual[i], expected[i]))
    };
    judge(m, failure)
}

fn assert_gt(m: &mut Machine, [a, b, ..]: Word) -> Result<(), Fault> {
    let sum = |byte| m.data(byte).map(|data| data.iter().map(|&x| i64::from(x)).sum::<i64>());
    let (left, right) = (sum(a)?, sum(b)?);
    let (a, b) = (Register::from_byte(a), Register::from_byte(b));
    let failure =
        (left <= right).then(|| format!("the sum of {a}, {left}, is not above the sum of {b}, {right}"));
    judge(m, failure)
}

/// An empty register fails.
fn assert_active(m: &mut Machine, [a, ..]: Word) -> Result<(), Fault> {
    let data = m.data(a)?;
    let failure = data
        .iter()
        .all(|&x| x == 0)
        .then(|| format!("none of the {} elements of {} is active", data.len(), Register::from_byte(a)));
    judge(m, failure)
}

/// An empty register passes. With d = 1 the bounds are signed.
fn assert_range(m: &mut Machine, [a, min, max, d]: Word) -> Result<(), Fault> {
    let bound = |byte: u8| if d & 1 == 1 { i32::from(byte as i8) } else { i32::from(byte) };
    let (min, max) = (bound(min), bound(max));
    let data = m.data(a)?;
    let outside = data.iter().position(|x| !(min..=max).contains(x));
    let failure =
        outside.map(|i| format!("{}[{i}] is {}, outside {min} to {max}", Register::from_byte(a), data[i]));
    judge(m, failure)
}

fn test_begin(m: &mut Machine, [id, ..]: Word) -> Result<(), Fault> {
    if let Some(open) = m.tests.open() {
        return Err(Fault::new(ErrorKind::Conflict, format!("test {} is still open", open.id)));
    }
    if m.tests.records.len() >= MAX_TESTS {
        return Err(Fault::new(ErrorKind::Limit, format!("more than {MAX_TESTS} tests in one run")));
    }
    let begin = m.pc.saturating_sub(1);
    m.tests.records.push(TestRecord { id, begin, end: None, assertions: 0, failure: None });
    Ok(())
}

fn test_end(m: &mut Machine) -> Result<(), Fault> {
    let end = m.pc.saturating_sub(1);
    match m.tests.open_mut() {
        Some(test) => {
            test.end = Some(end);
            Ok(())
        }
        None => Err(Fault::new(ErrorKind::Conflict, "no test has begun")),
    }
}

/// Chemicals 0 to 3 are the machine's own, 4 to 7 a substrate's.
fn expect_chem(ctx: &mut ExecutionContext<'_>, [chem, min, max, _]: Word) -> Result<(), Fault> {
    let level = match (ctx.machine().chemicals().get(usize::from(chem)), chem) {
        (Some(&level), _) => i32::from(level),
        (None, 4..=7) => match &ctx.substrate {
            Some(substrate) => substrate.read_chemical(chem),
            None => {
                let message = format!("chemical {chem} needs a substrate, none is attached");
                return Err(Fault::new(ErrorKind::NoDevice, message));
            }
        },
        _ => return Err(Fault::operand(format!("unknown chemical {chem}, known are 0 to 7"))),
    };
    let name =
        CHEMICAL_NAMES.get(usize::from(chem)).map_or_else(|| format!("chemical {chem}"), |n| (*n).to_owned());
    let failure = (!(i32::from(min)..=i32::from(max)).contains(&level))
        .then(|| format!("{name} is {level}, outside {min} to {max}"));
    judge(ctx.machine_mut(), failure)
}

fn snapshot(m: &mut Machine, [a, ..]: Word) -> Result<(), Fault> {
    m.check_room(m.data(a)?.len())?;
    let data = m.data(a)?.to_vec();
    m.tests.snapshots.insert(slot(a), data);
    Ok(())
}

impl Machine {
    /// In collecting mode, a failed assertion inside a test marks that test and the run goes on at its end.
    pub(crate) fn skip_failed_test(&mut self, error: Error) -> Result<(), Error> {
        let collects = self.tests.collect && error.kind() == ErrorKind::AssertionFailed;
        let Some(begin) = self.tests.open().filter(|_| collects).map(|test| test.begin) else {
            return Err(error);
        };
        // The end is searched from where the test would go on, if the assertion is in a subroutine that it called.
        let last = self.end_of_test(begin).unwrap_or(begin);
        let from = self.control.abandon_call(begin..=last).map_or(self.pc, |resume| resume as usize);
        let Some(end) = self.end_of_test(from) else { return Err(error) };
        self.jump(end);
        if let Some(test) = self.tests.open_mut() {
            test.failure.get_or_insert_with(|| error.to_string());
        }
        Ok(())
    }

    /// The first `test_end` from an instruction on.
    fn end_of_test(&self, from: usize) -> Option<usize> {
        let is_end = |step: &Step| step.op == StepOp::Standard(Op::Test(TestOp::TestEnd));
        self.program.steps().get(from..)?.iter().position(is_end).map(|distance| from + distance)
    }
}
