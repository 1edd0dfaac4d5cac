//! The extension `sonar`: instructions that only this brain has.

use ternsig::isa::field::{hot, hot_w, u8_};
use ternsig::{
    DomainOp, DomainOpKind, Effect, Error, ErrorKind, ExecutionContext, Extension, ExtensionSyntax, Form,
    Inline, Register, RoleSet, Row, Shape, StepResult, Work,
};

/// Its id.
pub const ID: u16 = 0x0100;

const PING: u16 = 0;
const NEAREST: u16 = 1;

const fn row(
    opcode: u16,
    name: &'static str,
    forms: &'static [Form],
    effect: Effect,
    yields: Option<DomainOpKind>,
    doc: &'static str,
) -> Row {
    Row {
        ext: ID,
        opcode,
        name,
        aliases: &[],
        forms,
        effect,
        work: Work::Unit,
        roles: RoleSet::ALL,
        yields,
        doc,
    }
}

static ROWS: [Row; 2] = [
    row(
        PING,
        "ping",
        &[Form { fields: &[hot_w(0, "dst"), u8_(1, "array")], fixed: &[], null_bytes: &[] }],
        Effect::Yield(Inline::None),
        Some(DomainOpKind::ComputeError),
        "dst = what the sonars of the array hear",
    ),
    row(
        NEAREST,
        "nearest",
        &[Form { fields: &[hot_w(0, "dst"), hot(1, "src")], fixed: &[], null_bytes: &[] }],
        Effect::Pure,
        None,
        "dst = [index of the smallest element, that element]",
    ),
];

/// `sonar.ping` asks the device `sensor`; `sonar.nearest` computes.
#[derive(Debug, Clone, Copy)]
pub struct SonarInstructions;

impl ExtensionSyntax for SonarInstructions {
    fn id(&self) -> u16 {
        ID
    }

    fn name(&self) -> &str {
        "sonar"
    }

    fn rows(&self) -> &'static [Row] {
        &ROWS
    }
}

impl Extension for SonarInstructions {
    fn execute(&self, opcode: u16, [a, b, ..]: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult {
        let dst = Register::from_byte(a);
        if opcode == PING {
            let target = i32::try_from(dst.index()).unwrap_or(i32::MAX);
            return StepResult::Yield(DomainOp::ComputeError { target, output: i32::from(b) });
        }
        match nearest(dst, Register::from_byte(b), ctx) {
            Ok(()) => StepResult::Continue,
            Err(error) => StepResult::Error(error),
        }
    }
}

fn nearest(dst: Register, src: Register, ctx: &mut ExecutionContext<'_>) -> Result<(), Error> {
    let m = ctx.machine_mut();
    let distances = m.hot(src.index()).map_or(&[][..], |register| register.data());
    let nearest = distances.iter().zip(0..).min();
    let empty = || Error::about(ErrorKind::BadRegister, src, format!("{src} holds no distances"));
    let (&distance, index) = nearest.ok_or_else(empty)?;
    m.set_hot(dst.index(), &[index, distance], Shape::vector(2))
}
