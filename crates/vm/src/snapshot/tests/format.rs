//! The format, byte by byte: what stands in `docs/snapshot-format.md`.

use super::support::{CALL, CHEM, LOOP, declare, load};
use crate::machine::cold::ColdRegister;
use crate::machine::models::ModelSlot;
use crate::machine::status::{Progress, Status};
use crate::machine::test_state::TestRecord;
use crate::machine::usage::Usage;
use std::sync::Arc;
use ternsig_isa::{Register, Shape, Signal, Temperature};
use ternsig_program::checksum;

/// Bytes written as hexadecimal pairs; everything from a `;` to the end of its line is a comment.
fn hex(text: &str) -> Vec<u8> {
    let code = text.lines().flat_map(|line| line.split(';').next().unwrap_or_default().split_whitespace());
    code.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn original() -> crate::Machine {
    let mut program = super::support::assembled();
    program.registers = vec![declare(Register::hot(1), &[2])];
    let mut m = load(program);
    m.hot_mut(1).unwrap().data_mut().copy_from_slice(&[1, -2]);
    let mut weights =
        ColdRegister::new(vec![Signal::negative(5), Signal::with_sign(0, 77)], Shape::vector(2)).unwrap();
    weights.set_key(Some("k"));
    weights.set_frozen(true);
    weights.set_activation(3);
    weights.set_temperatures(Some(vec![Temperature::Hot, Temperature::Cold])).unwrap();
    weights.set_usage(Some(Usage { counts: vec![1, 2], last_tick: 9 }));
    m.set_cold(2, Arc::new(weights)).unwrap();
    m.set_param(0, -1);
    m.set_shape(63, Shape::vector(7));
    m.output = vec![5];
    m.set_pressure(2, Some(vec![6]));
    m.set_chemical(0, 200);
    m.set_current_error(-2);
    m.set_babble_scale(3);
    m.set_babble_phase(4);
    m.set_generator(5);
    m.runs = 6;
    m.contrast.begin(crate::machine::learning::Phase::Clamped);
    m.contrast.clamped[0] = Some(vec![-1]);
    m.checkpoints[1] = Some(Arc::new(ColdRegister::zeros(Shape::vector(0))));
    let slot =
        ModelSlot { running: true, input: Some(Register::hot(4)), output: None, last_output: Some(vec![8]) };
    m.models.insert(9, slot);
    m.pc = 3;
    m.fuel = 10;
    m.control.restore(vec![LOOP, CALL]);
    m.status = Status::in_run(Progress::Pending { op: CHEM, instruction: 2, waited: true });
    m.set_input(&[1]);
    m.set_target(&[2]);
    let failure = Some("no".to_owned());
    m.tests.records = vec![TestRecord { id: 1, begin: 0, end: Some(2), assertions: 3, failure }];
    m.tests.outside = 4;
    m.tests.snapshots.insert(1, vec![7]);
    m.tests.collect = true;
    m
}

const STATE: &str = "
    02 00 00 00 00 00 00 00                         ; hot registers: 1
      01 02 00 00 00                                ;   shape [2]
      02 00 00 00  01 00 00 00  FE FF FF FF         ;   elements 1, -2
    04 00 00 00 00 00 00 00                         ; cold registers: 2
      01 02 00 00 00                                ;   shape [2]
      02 00 00 00  FF 05  00 4D                     ;   weights -5, 0(77)
      01 01 00 00 00 6B                             ;   key k
      01 01 03                                      ;   frozen, dirty, activation 3
      01 02 00 00 00  00 03                         ;   temperatures hot, cold
      01 09 00 00 00 00 00 00 00                    ;   usage: last tick 9
      02 00 00 00  01 00 00 00  02 00 00 00         ;     counts 1, 2
";

const REST: &str = "
    01 00 00 00  05 00 00 00                        ; output 5
    04 00 00 00 00 00 00 00                         ; pressure: 2
      01 00 00 00  06 00 00 00                      ;   6
    C8 80 80 80                                     ; chemicals
    FE FF FF FF                                     ; current error
    03 00 00 00                                     ; babble scale
    04 00 00 00 00 00 00 00                         ; babble phase
    05 00 00 00 00 00 00 00                         ; generator
    06 00 00 00 00 00 00 00                         ; runs
    02                                              ; clamped phase
    00 00 00 00 00 00 00 00                         ; free recordings
    01 00 00 00 00 00 00 00                         ; clamped recordings: 0
      01 00 00 00  FF FF FF FF FF FF FF FF          ;   -1
    02 00 00 00 00 00 00 00                         ; checkpoints: 1
      01 00 00 00 00  00 00 00 00  00 00 00 00 00 00 ;  shape [0], nothing else
    01 00 00 00                                     ; one model slot
      09                                            ;   number
      01 04  00  01 01 00 00 00  08 00 00 00        ;   input H4, no output, last output 8
";

const EXECUTION: &str = "
    03 00 00 00 00 00 00 00                         ; program counter
    0A 00 00 00 00 00 00 00                         ; fuel
    02 00 00 00                                     ; two frames
      00 01 00 00 00 03 00 00 00 02 00              ;   loop 1..=3, two more times
      01 02 00 00 00                                ;   call, back to 2
    03                                              ; pending, to be delivered again
      08 00 00 00 43 68 65 6D 52 65 61 64           ;   ChemRead
      01 00 00 00 00 00 00 00                       ;   target H1
      03 00 00 00 00 00 00 00                       ;   chem_id 3
      02 00 00 00 00 00 00 00                       ;   instruction
    01 00 00 00 09                                  ; model 9 is running
    01 00 00 00  01 00 00 00                        ; input
    01 00 00 00  02 00 00 00                        ; target
    01 00 00 00                                     ; one test record
      01                                            ;   id
      00 00 00 00 00 00 00 00                       ;   begin
      01 02 00 00 00 00 00 00 00                    ;   end
      03 00 00 00                                   ;   assertions
      01 02 00 00 00 6E 6F                          ;   failure
    04 00 00 00                                     ; assertions outside
    02 00 00 00 00 00 00 00                         ; kept copies: H1
      01 00 00 00  07 00 00 00                      ;   7
    01                                              ; failures are collected
";

#[test]
fn every_byte_is_where_the_documentation_says() {
    let machine = original();
    let mut body = machine.program().hash().to_le_bytes().to_vec();
    body.extend(hex(STATE));
    body.extend((-1i32).to_le_bytes());
    body.extend([0; 63 * 4]);
    body.extend([0; 63]);
    body.extend([1, 7, 0, 0, 0]);
    body.extend(hex(REST));
    let whole = |flags: u8, body: &[u8]| {
        [&b"TSNP\x01\x00"[..], &[flags, 0], &checksum(body).to_le_bytes(), body].concat()
    };
    assert_eq!(machine.snapshot(), whole(0, &body));
    body.extend(hex(EXECUTION));
    assert_eq!(machine.suspend(), whole(1, &body));
}
