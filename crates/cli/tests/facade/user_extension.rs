//! An extension of a host: registered, assembled, disassembled and run.

use std::sync::Arc;
use ternsig::isa::field::{hot, hot_w, i8_};
use ternsig::isa::instruction_set::RegisterError;
use ternsig::isa::{Effect, ExtensionSyntax, Form, Row, Work};
use ternsig::{
    Error, ErrorKind, ExecutionContext, Extension, ExtensionRegistry, Instruction, Interpreter, Outcome,
    RoleSet, Shape, StepResult, WriteOptions, assemble, binary, disassemble,
};

/// Arithmetic that only this host needs.
struct Odds {
    id: u16,
    name: &'static str,
}

const ID: u16 = 0x0100;

static ROWS: [Row; 1] = [Row {
    ext: ID,
    opcode: 0x0007,
    name: "offset",
    aliases: &["shift_by"],
    forms: &[Form {
        fields: const { &[hot_w(0, "dst"), hot(1, "src"), i8_(2, "by").or(1)] },
        fixed: &[],
        null_bytes: &[],
    }],
    effect: Effect::Pure,
    work: Work::Unit,
    roles: RoleSet::ALL,
    yields: None,
    doc: "dst[i] = src[i] + by",
}];

impl ExtensionSyntax for Odds {
    fn id(&self) -> u16 {
        self.id
    }
    fn name(&self) -> &str {
        self.name
    }
    fn rows(&self) -> &'static [Row] {
        if self.id == ID { &ROWS } else { &[] }
    }
}

impl Extension for Odds {
    fn execute(&self, opcode: u16, [dst, src, by, _]: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult {
        if opcode != 0x0007 {
            return StepResult::Error(Error::new(
                ErrorKind::UnknownInstruction,
                "odds has only one instruction",
            ));
        }
        let machine = ctx.machine_mut();
        let Some(source) = machine.hot(usize::from(src)) else {
            return StepResult::Error(Error::new(ErrorKind::BadRegister, format!("H{src} is not allocated")));
        };
        let data: Vec<_> = source.data().iter().map(|x| x.saturating_add(i32::from(by as i8))).collect();
        match machine.set_hot(usize::from(dst), &data, Shape::vector(data.len())) {
            Ok(()) => StepResult::Continue,
            Err(error) => StepResult::Error(error),
        }
    }
}

fn registry() -> Arc<ExtensionRegistry> {
    let mut registry = ExtensionRegistry::standard();
    let notes = registry.register(Arc::new(Odds { id: ID, name: "odds" })).unwrap();
    assert_eq!(notes, []);
    Arc::new(registry)
}

const SOURCE: &str = "\
.requires
    odds 0x0100

.registers
    H0: i32[2]

.program
    load_input H0
    odds.offset H1, H0, -5
    odds.offset H1, H1
    store_output H1
    halt
";

#[test]
fn text_binary_and_execution_know_it() {
    let registry = registry();
    let set = registry.instruction_set();
    let program = assemble(SOURCE, set).into_result().unwrap();
    assert_eq!(program.instructions[1], Instruction { ext: ID, opcode: 7, operands: [1, 0, 0xFB, 0] });
    assert_eq!(disassemble(&program, set), SOURCE);
    let bytes = binary::write(&program, WriteOptions::default()).unwrap();
    let read = binary::read(&bytes).unwrap().program;
    assert_eq!(read.instructions, program.instructions);
    // The format keeps the id only.
    assert_eq!((read.requires[0].ext, read.requires[0].name.as_str()), (ID, "ext_0100"));
    assert_eq!(disassemble(&read, set), SOURCE);
    for program in [program, read] {
        let mut interpreter = Interpreter::with_registry(&program, Arc::clone(&registry)).unwrap();
        assert_eq!(interpreter.forward_i32(&[10, -3]).unwrap(), [6, -7]);
    }
}

#[test]
fn it_is_found_by_its_names() {
    let registry = registry();
    for mnemonic in ["odds.offset", "tvmr.odds.OFFSET", "shift_by", "offset"] {
        assert_eq!(registry.resolve(mnemonic).map(|row| (row.ext, row.opcode)), Some((ID, 7)), "{mnemonic}");
    }
}

#[test]
fn its_errors_name_the_instruction() {
    let registry = registry();
    let source = ".requires\n    odds 0x0100\n.program\n    odds.offset H1, H9\n    halt\n";
    let program = assemble(source, registry.instruction_set()).into_result().unwrap();
    let mut interpreter = Interpreter::with_registry(&program, registry).unwrap();
    let Outcome::Failed(error) = interpreter.run() else { panic!("it runs") };
    assert_eq!(error.to_string(), "instruction 0 (odds.offset): H9 is not allocated");
}

#[test]
fn without_it_the_program_is_refused() {
    let program = assemble(SOURCE, registry().instruction_set()).into_result().unwrap();
    let error = Interpreter::from_program(&program).unwrap_err().to_string();
    assert!(error.contains("0x0100"), "{error}");
}

#[test]
fn ids_and_names_are_taken_once() {
    let mut registry = (*registry()).clone();
    let mut register = |id, name| registry.register(Arc::new(Odds { id, name }));
    assert!(matches!(register(ID, "evens"), Err(RegisterError::IdTaken(ID, _))));
    assert!(matches!(register(0x0101, "odds"), Err(RegisterError::NameTaken(_, ID))));
    assert!(matches!(register(0x0101, "neuro"), Err(RegisterError::NameTaken(_, 5))));
    for id in [0x0000, 0x0005, 0x00FF, 0xFFFF] {
        assert!(matches!(register(id, "evens"), Err(RegisterError::IdOutOfRange(_))));
    }
    assert!(register(0xFFFE, "evens").is_ok());
}
