//! Laws of the instruction table.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use ternsig_isa::operand::{self, Operand};
use ternsig_isa::table::{self, STANDARD, reserved, rows};
use ternsig_isa::{Access, Effect, Field, Kind, Op, Row, Slot};

fn executable() -> impl Iterator<Item = &'static Row> {
    rows().filter(|row| !row.is_reserved())
}

#[test]
fn each_extension_has_its_number_of_instructions() {
    let counts: Vec<_> = STANDARD.iter().map(|ext| (ext.name, ext.rows.len())).collect();
    let expected = [
        ("core", 55),
        ("tensor", 28),
        ("ternary", 14),
        ("activation", 5),
        ("learning", 22),
        ("neuro", 31),
        ("arch", 13),
        ("orchestration", 14),
        ("lifecycle", 20),
        ("ipc", 8),
        ("test", 8),
        ("bank", 12),
        ("pool", 11),
        ("sampling", 5),
    ];
    assert_eq!(counts, expected);
    assert_eq!(reserved::ROWS.len(), 50);
}

#[test]
fn numbers_and_mnemonics_are_unique_and_in_order() {
    for ext in STANDARD {
        let opcodes: Vec<_> = ext.rows.iter().map(|row| row.opcode).collect();
        assert!(
            opcodes.is_sorted() && opcodes.iter().collect::<BTreeSet<_>>().len() == opcodes.len(),
            "{}",
            ext.name
        );
        let names: Vec<_> = ext.rows.iter().flat_map(|row| row.aliases.iter().chain([&row.name])).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}", ext.name);
        assert!(ext.rows.iter().all(|row| row.ext == ext.id));
    }
}

#[test]
fn numbers_are_a_promise_to_programs_on_disk() {
    let list: String = rows()
        .map(|row| format!("{:04x} {:04x} {}\n", row.ext, row.opcode, operand::mnemonic(row)))
        .collect();
    assert_eq!(
        list,
        include_str!("opcodes.txt"),
        "opcodes.txt lists every number ever given; none may change"
    );
}

#[test]
fn every_executable_number_is_found_and_no_other() {
    for row in executable() {
        assert_eq!(Op::lookup(row.ext, row.opcode).map(Op::row), Some(row));
    }
    for row in &reserved::ROWS {
        assert_eq!(Op::lookup(row.ext, row.opcode), None);
        assert_eq!(table::row(row.ext, row.opcode), Some(row));
    }
    assert_eq!(Op::all().count(), executable().count());
}

#[test]
fn fields_of_a_form_do_not_overlap() {
    for row in executable() {
        for form in row.forms {
            let mut used = [0u8; 4];
            for &(byte, _) in form.fixed {
                used[usize::from(byte)] = 0xFF;
            }
            for field in form.fields {
                for (used, bits) in used.iter_mut().zip(field.mask()) {
                    assert_eq!(*used & bits, 0, "{} {}", row.name, field.name);
                    *used |= bits;
                }
            }
        }
    }
}

#[test]
fn optional_operands_stand_last() {
    for row in executable() {
        for form in row.forms {
            let optional: Vec<_> =
                form.fields.iter().filter(|f| !f.named_only).map(|f| f.default.is_some()).collect();
            assert!(optional.is_sorted(), "{}", row.name);
        }
    }
}

#[test]
fn yielding_rows_name_the_fields_of_their_operation_in_order() {
    for row in executable() {
        let Some(kind) = row.yields else { continue };
        assert!(matches!(row.effect, Effect::Yield(_)), "{}", row.name);
        for form in row.forms {
            let fields: Vec<_> = form.fields.iter().map(|field| field.op_name).collect();
            assert_eq!(fields, kind.field_names(), "{}", row.name);
        }
    }
    assert!(executable().all(|row| row.yields.is_some() == matches!(row.effect, Effect::Yield(_))));
}

#[test]
fn pure_rows_write_only_hot_registers() {
    for row in executable().filter(|row| row.effect == Effect::Pure) {
        for field in row.forms.iter().flat_map(|form| form.fields) {
            let writes = matches!(field.access, Access::Write | Access::ReadWrite | Access::Extend);
            let cold = field.banks().is_some_and(|banks| banks.contains(ternsig_isa::Bank::Cold));
            assert!(!(writes && cold), "{}", row.name);
        }
    }
}

/// Values of a field worth trying: its bounds, its default, something between.
fn sample_values(field: &Field) -> Vec<i64> {
    match field.kind {
        Kind::Register(banks) | Kind::OptionalRegister(banks) => {
            let bank = ternsig_isa::Bank::ALL.into_iter().find(|&bank| banks.contains(bank)).unwrap();
            let mut values: Vec<_> =
                [0, 1, 17, 63].map(|i| i64::from(ternsig_isa::Register::new(bank, i).byte())).to_vec();
            if matches!(field.kind, Kind::OptionalRegister(_)) {
                values.push(0xFF);
            }
            values
        }
        Kind::Layer => vec![0, 5, 0x40, 0x7F],
        Kind::Word(_) | Kind::Filler => vec![0],
        Kind::UsuallyZero(_) => vec![0, 1, 255],
        _ if matches!(field.slot, Slot::None) => vec![0],
        _ => {
            let (least, most) = field.range;
            vec![least, most, (least + most) / 2, field.default.unwrap_or(least)]
        }
    }
}

#[test]
fn operands_unpack_to_text_that_packs_to_the_same_bytes() {
    for row in executable() {
        for form in
            row.forms.iter().filter(|form| !form.fields.iter().any(|f| matches!(f.kind, Kind::Filler)))
        {
            for variant in 0..5 {
                let mut bytes = form.template();
                for field in form.fields {
                    let values = sample_values(field);
                    field.insert(values[variant % values.len()], &mut bytes);
                }
                assert!(operand::unpack(row, bytes).is_some(), "{} {bytes:02x?}", row.name);
            }
        }
    }
}

#[test]
fn four_plain_bytes_are_taken_as_they_are_outside_the_core() {
    let scale = Op::lookup(1, 4).unwrap().row();
    let registers = [Operand::Register("H1".parse().unwrap()), Operand::Register("H0".parse().unwrap())];
    let raw = [registers.as_slice(), &[Operand::Integer(0), Operand::Integer(2)]].concat();
    assert_eq!(operand::pack(scale, &raw).unwrap().bytes, [1, 0, 0, 2]);
    let natural = [registers.as_slice(), &[Operand::Integer(512)]].concat();
    assert_eq!(operand::pack(scale, &natural).unwrap().bytes, [1, 0, 2, 0]);
    let wrong_bank =
        [Operand::Register("C1".parse().unwrap()), raw[1].clone(), raw[2].clone(), raw[3].clone()];
    assert!(operand::pack(scale, &wrong_bank).unwrap_err().to_string().contains("C1"));
}
