//! A virtual machine for small ternary neural programs: the library that hosts embed.
//!
//! A program is text ([`assemble()`]) or a binary ([`binary::read`]). An [`Interpreter`] validates it and runs it on a
//! [`Machine`], which holds all state. What the program cannot do by itself it yields as a [`DomainOp`]; the host answers,
//! or attaches a device that answers in place: a [`BankAccess`], a [`SubstrateHandle`].
//!
//! ```
//! use ternsig::{Answer, DomainOp, InstructionSet, Interpreter, assemble};
//!
//! let source = "
//! .requires
//!     neuro 0x0005
//! .program
//!     load_input H0
//!     neuro.chem_read H1, 0       ; ask the host for dopamine
//!     add H0, H0, H1
//!     store_output H0
//!     halt
//! ";
//! let program = assemble(source, &InstructionSet::standard()).program.expect("no errors");
//! let mut interpreter = Interpreter::from_program(&program).expect("a valid program");
//!
//! interpreter.machine_mut().set_input(&[1, 2]);
//! let outcome = interpreter.run_with_host(|op, ctx| match *op {
//!     DomainOp::ChemRead { target, chem_id: 0 } => {
//!         ctx.machine_mut().set_hot(target.index(), &[40], ternsig::Shape::vector(1))?;
//!         Ok(Answer::Done)
//!     }
//!     _ => Ok(Answer::Stop),
//! });
//! assert!(outcome.is_complete());
//! assert_eq!(interpreter.machine().output(), [41, 2]);
//! ```
//!
//! | to | there is |
//! |---|---|
//! | assemble, check, format, disassemble | [`assemble()`], [`check()`], [`format()`], [`disassemble()`] |
//! | read and write binaries and cards | [`binary`], [`card`], [`Loader`] |
//! | validate against what a machine knows | [`validate()`], [`ValidatedProgram`] |
//! | run | [`Interpreter`]: `run`, `run_until_yield`, `run_with_host`, `forward`, `forward_i32` |
//! | run natively | [`Engine::equip`] |
//! | answer in place | [`Interpreter::set_bank_cache`], [`Interpreter::set_substrate`], [`Substrate`] |
//! | add instructions | [`Extension`], [`ExtensionRegistry`] |
//! | answer yielded operations, durably | [`Memory`], [`Banks`], [`Devices`] |
//! | let regions share chemicals, fields and a clock | [`Substrate`], [`host::substrate::devices`] |
//! | carry messages between regions | [`Ipc`], [`Transport`] |
//! | let programs call programs | [`host::models`] |
//! | load programs that were saved | [`Watch`] |
//! | run a manifest | [`Manifest`], [`run()`], [`Brain`] |
//! | tell what happened | [`host::telemetry`] |
//!
//! The guide `docs/host.md` shows what a host does, by examples.
//!
//! The parts are whole crates: [`isa`], [`program`], [`asm`], [`vm`], [`jit`], [`bank`] and [`host`]. Without its default feature `cli`, this
//! crate brings nothing along that only the command needs.
#![forbid(unsafe_code)]

pub use ternsig_asm as asm;
pub use ternsig_bank as bank;
pub use ternsig_host as host;
pub use ternsig_isa as isa;
pub use ternsig_jit as jit;
pub use ternsig_program as program;
pub use ternsig_vm as vm;

pub use ternsig_asm::{Assembly, Diagnostic, Severity, assemble, check, disassemble, format};
pub use ternsig_host::ipc::Transport;
pub use ternsig_host::{
    BankHandle, Banks, Brain, BrainError, BrainReport, Dataset, Device, Devices, Engine, EngineError, Ipc,
    Loader, Manifest, ManifestError, Memory, Progress, RunError, RunReport, Store, StoreError, Substrate,
    Watch, run,
};
pub use ternsig_isa::{
    Bank, DomainOp, DomainOpKind, Effect, ExtensionSyntax, Field, FieldValue, Form, Inline, Instruction,
    InstructionSet, Op, Polarity, Register, Role, RoleSet, Row, Shape, Signal, Temperature, TypeId, Work,
};
pub use ternsig_program::{
    AssembledProgram, BinaryError, Card, CardError, Checks, Finding, Level, Meta, Projection, RegisterDecl,
    Report, Requirement, ValidatedProgram, ValidationError, WriteError, WriteOptions, binary, card, validate,
};
pub use ternsig_vm::interpreter::LoadError;
pub use ternsig_vm::{
    Accelerator, Answer, BankAccess, ColdRegister, Error, ErrorKind, ExecutionContext, Extension,
    ExtensionRegistry, HotRegister, Interpreter, InterruptHandle, Limits, Machine, Outcome, StepResult,
    SubstrateHandle,
};

/// The examples of the guide for hosts.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/host.md")]
struct Guide;
