//! Random programs, made from the instruction table by the kinds of the fields.

#![allow(dead_code, reason = "each test file uses a part of this")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Bank, Banks, Field, Form, Instruction, Kind, Op, Register, RoleSet, Row, Shape, TypeId};
use ternsig_program::{AssembledProgram, Meta, Projection, RegisterDecl, Requirement};

/// The word of a form whose fields have these values.
pub(crate) fn encode(row: &Row, form: &Form, mut value: impl FnMut(&Field) -> i64) -> Instruction {
    let mut operands = form.template();
    for field in form.fields {
        field.insert(value(field), &mut operands);
    }
    Instruction { ext: row.ext, opcode: row.opcode, operands }
}

fn registers(banks: Banks) -> Vec<i64> {
    let all = Bank::ALL.into_iter().filter(|&bank| banks.contains(bank));
    let bytes = all.flat_map(|bank| (0..64).map(move |i| Register::new(bank, i)));
    bytes.filter(|register| !register.is_null()).map(|register| i64::from(register.byte())).collect()
}

/// All values that a field can have.
pub(crate) fn values(field: &Field) -> Vec<i64> {
    match field.kind {
        Kind::Register(banks) => registers(banks),
        Kind::OptionalRegister(banks) => {
            registers(banks).into_iter().chain([i64::from(Register::NULL.byte())]).collect()
        }
        Kind::Layer => (0..128).collect(),
        Kind::Named(names) => names.iter().map(|&(_, value)| i64::from(value)).collect(),
        Kind::Label | Kind::Word(_) | Kind::Filler => vec![0],
        Kind::UsuallyZero(_) => (0..256).collect(),
        Kind::ParamIndex | Kind::Unsigned | Kind::Signed | Kind::Gain | Kind::Centered | Kind::Blocks => {
            (field.range.0..=field.range.1).collect()
        }
    }
}

/// The least or the greatest value of a field.
pub(crate) fn extreme(field: &Field, greatest: bool) -> i64 {
    let values = values(field);
    values[if greatest { values.len() - 1 } else { 0 }]
}

/// A word of the table with random values; its labels are 0.
pub(crate) fn table_word() -> impl Strategy<Value = Instruction> {
    let forms: Vec<_> =
        Op::all().map(Op::row).flat_map(|row| row.forms.iter().map(move |form| (row, form))).collect();
    (select(forms), any::<[u32; 8]>()).prop_map(|((row, form), random)| {
        let mut random = random.into_iter().cycle();
        encode(row, form, |field| {
            let values = values(field);
            values[random.next().unwrap_or(0) as usize % values.len()]
        })
    })
}

/// Any word at all.
pub(crate) fn any_word() -> impl Strategy<Value = Instruction> {
    any::<[u8; 8]>().prop_map(Instruction::from_bytes)
}

fn is_loop(word: &Instruction) -> bool {
    matches!(
        Op::lookup(word.ext, word.opcode),
        Some(Op::Core(CoreOp::Loop | CoreOp::EndLoop | CoreOp::Break))
    )
}

/// Words with paired loops and targets within the program.
fn body() -> impl Strategy<Value = Vec<Instruction>> {
    let plain = vec(table_word().prop_filter("loops are paired below", |word| !is_loop(word)), 1..6);
    let nested = plain.prop_recursive(3, 24, 4, |inner| {
        (vec(inner, 1..4), any::<u16>(), any::<bool>()).prop_map(|(parts, count, breaks)| {
            let core = |op: CoreOp, [c, d]: [u8; 2]| Instruction {
                ext: 0,
                opcode: op.row().opcode,
                operands: [0xFF, 0xFF, c, d],
            };
            let mut words = vec![core(CoreOp::Loop, count.to_be_bytes())];
            words.extend(parts.into_iter().flatten());
            words.extend(breaks.then(|| core(CoreOp::Break, [0, 0])));
            words.push(core(CoreOp::EndLoop, [0, 0]));
            words
        })
    });
    (vec(nested, 0..4), vec(any::<u16>(), 16)).prop_map(|(parts, targets)| {
        let mut words: Vec<_> = parts.into_iter().flatten().collect();
        let length = words.len() + 1;
        let mut targets = targets.into_iter().cycle();
        for word in &mut words {
            let Some(op) = Op::lookup(word.ext, word.opcode) else { continue };
            if let Some(field) = op.row().label_field() {
                let target = usize::from(targets.next().unwrap_or(0)) % length;
                field.insert(target as i64, &mut word.operands);
            }
        }
        words
    })
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9_.; ,=:\\[é-]{0,8}".prop_map(|text| text.trim().to_owned())
}

fn declarations() -> impl Strategy<Value = Vec<RegisterDecl>> {
    let types: Vec<TypeId> = TypeId::register_type_names().filter_map(TypeId::from_name).collect();
    let shape = vec(0u32..=65535, 1..=8).prop_map(|dims| Shape::new(&dims).unwrap());
    let key = prop::option::of("[^\"\\r\\n]{1,20}");
    let decl = (0u8..255, select(types), shape, key, any::<bool>());
    let decl = decl.prop_map(|(byte, ty, shape, key, frozen)| RegisterDecl {
        register: Register::from_byte(byte),
        ty,
        shape,
        key,
        frozen,
    });
    vec(decl, 0..8).prop_map(|mut list| {
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|decl| seen.insert(decl.register));
        list
    })
}

fn requirements() -> impl Strategy<Value = Vec<Requirement>> {
    let standard = ternsig_isa::table::STANDARD.iter().filter(|ext| ext.id != 0);
    let standard: Vec<_> =
        standard.map(|ext| Requirement { ext: ext.id, name: ext.name.to_owned() }).collect();
    let user = (0x0100u16..=0xFFFE).prop_map(|ext| Requirement { ext, name: format!("ext_{ext:04X}") });
    vec(prop_oneof![select(standard), user], 0..5).prop_map(|mut list| {
        let mut seen = std::collections::BTreeSet::new();
        list.retain(|requirement| seen.insert(requirement.ext));
        list
    })
}

fn meta() -> impl Strategy<Value = Meta> {
    let dims = (prop::option::of(0usize..1000), prop::option::of(0usize..1000));
    let roles = prop::option::of(select(vec![RoleSet::ALL, "test, boot".parse().unwrap()]));
    (name(), any::<u32>(), prop::option::of(name()), dims, any::<Option<[u16; 3]>>(), roles).prop_map(
        |(name, version, domain, (input_dim, output_dim), skull, roles)| Meta {
            name,
            version,
            domain,
            input_dim,
            output_dim,
            skull,
            roles,
        },
    )
}

fn projections() -> impl Strategy<Value = Vec<Projection>> {
    let modulator = prop::option::of("[a-m]{1,6}");
    let numbers = (any::<i8>(), 1u8..=15, 0.0f32..=1.0);
    let projection = ("[a-z_]{1,8}", "[A-Z. ]{0,5}[A-Z]", numbers, "[a-z]{1,8}", modulator);
    let projection = projection.prop_map(|(target, bundle, (weight, delay, density), mapping, modulator)| {
        Projection { target, bundle, weight, delay, density, mapping, modulator }
    });
    vec(projection, 0..3)
}

/// A program that the assembler accepts.
pub(crate) fn program() -> impl Strategy<Value = AssembledProgram> {
    (meta(), requirements(), declarations(), body(), projections()).prop_map(
        |(meta, requires, registers, instructions, projections)| AssembledProgram {
            meta,
            requires,
            registers,
            instructions,
            projections,
            ..AssembledProgram::default()
        },
    )
}
