use super::*;
use ternsig_isa::{InstructionSet, Shape};
use ternsig_vm::{Outcome, StepResult};

/// How operations are answered: by the handler of a run, or from yield to yield.
#[derive(Debug, Clone, Copy)]
enum Way {
    Handler,
    Steps,
}

fn interpreter(text: &str) -> Interpreter {
    let program = ternsig_asm::assemble(text, &InstructionSet::standard()).into_result().unwrap();
    Interpreter::from_program(&program).unwrap()
}

fn calling(body: &str) -> Interpreter {
    interpreter(&format!(
        ".requires\n    orchestration 0x0007\n.registers\n    H0: i32[2]\n    H1: i32[1]\n    H2: i32[1]\n.program\n{body}\n    halt\n"
    ))
}

fn run(interpreter: &mut Interpreter, host: &mut Host, way: Way) -> Outcome {
    match way {
        Way::Handler => interpreter.run_with_host(|op, ctx| host.answer(op, ctx)),
        Way::Steps => loop {
            match interpreter.run_until_yield() {
                StepResult::Yield(op) => match host.answer(&op, &mut interpreter.context()) {
                    Ok(answer) => assert_eq!(answer, Answer::Done),
                    Err(error) => return interpreter.fail(error).unwrap(),
                },
                _ => return interpreter.machine().last_outcome().unwrap().clone(),
            }
        },
    }
}

/// Adds its input up over all its runs.
const SUM: &str = ".registers\n    H0: i32[2]\n    H1: i32[2]\n.program\n    load_input H0\n    add H1, H1, H0\n    \
                   store_output H1\n    halt\n";
const TWICE: &str = ".registers\n    H0: i32[2]\n.program\n    load_input H0\n    add H0, H0, H0\n    \
                     store_output H0\n    halt\n";

fn host(programs: &[(u8, &str)]) -> Host {
    let mut host = Host::default();
    programs.iter().for_each(|(slot, text)| host.models.bind(*slot, ModelProgram::from_text(text)));
    host
}

/// Runs in both ways, whose machines have to be the same.
fn both(body: &str, programs: &[(u8, &str)]) -> (Interpreter, Host, Outcome) {
    let [one, other] = [Way::Handler, Way::Steps].map(|way| {
        let (mut interpreter, mut host) = (calling(body), host(programs));
        interpreter.machine_mut().set_hot(0, &[3, -4], Shape::vector(2)).unwrap();
        let outcome = run(&mut interpreter, &mut host, way);
        (interpreter, host, outcome)
    });
    assert_eq!(one.0.machine().difference(other.0.machine()), None);
    assert_eq!(one.2.to_string(), other.2.to_string());
    one
}

fn failed(outcome: &Outcome) -> (ErrorKind, String) {
    match outcome {
        Outcome::Failed(error) => (error.kind(), error.to_string()),
        other => panic!("{other:?}"),
    }
}

fn hot(interpreter: &Interpreter, index: usize) -> &[i32] {
    interpreter.machine().hot(index).unwrap().data()
}

#[test]
fn the_listing_of_the_plan_works() {
    let body = "    orchestration.model_load H0, 0\n    orchestration.model_load H0, 1\n    \
                orchestration.model_input H0, 0\n    orchestration.model_exec H0, 0\n    \
                orchestration.model_output H1, 0\n    orchestration.model_chain 0, 1\n    \
                orchestration.model_exec H2, 1";
    let (interpreter, host, outcome) = both(body, &[(0, TWICE), (1, SUM)]);
    assert!(outcome.is_complete(), "{outcome}");
    assert_eq!([0, 1, 2].map(|index| hot(&interpreter, index)), [[6, -8], [6, -8], [6, -8]]);
    assert_eq!(host.models.iter().map(|(slot, _)| slot).collect::<Vec<_>>(), [0, 1]);
    assert!(host.models.loaded(0).is_some_and(|model| model.program().registers.len() == 1));
}

#[test]
fn a_model_keeps_its_registers_and_its_bindings_when_it_is_reloaded() {
    let body = "    orchestration.model_load H0, 0\n    orchestration.model_input H0, 0\n    \
                orchestration.model_exec H1, 0\n    orchestration.model_exec H1, 0\n    \
                orchestration.model_reload 0\n    orchestration.model_exec H2, 0\n    orchestration.model_status H0, 0";
    let (interpreter, _, outcome) = both(body, &[(0, SUM)]);
    assert!(outcome.is_complete(), "{outcome}");
    assert_eq!((hot(&interpreter, 1), hot(&interpreter, 2)), (&[6, -8][..], &[3, -4][..]));
    assert_eq!(hot(&interpreter, 0), [1]);
}

#[test]
fn what_is_unloaded_is_released_and_empty() {
    let body = "    orchestration.model_load H0, 0\n    orchestration.model_unload 0\n    \
                orchestration.model_load H0, 1\n    orchestration.model_exec H1, 0";
    let (_, host, outcome) = both(body, &[(0, SUM), (1, SUM)]);
    assert_eq!(
        failed(&outcome),
        (ErrorKind::NotFound, "instruction 3 (orchestration.model_exec): model slot 0 is empty".to_owned())
    );
    assert_eq!(host.models.iter().map(|(slot, _)| slot).collect::<Vec<_>>(), [1]);
}

#[test]
fn errors_say_what_is_wrong() {
    let load = "    orchestration.model_load H0, 5";
    let (_, _, outcome) = both(load, &[]);
    let expected = "no program is bound to model slot 5; the host binds one";
    let (kind, text) = failed(&outcome);
    assert!(kind == ErrorKind::NotFound && text.ends_with(expected), "{text}");
    let (_, host, outcome) = both(load, &[(5, "nonsense")]);
    let (kind, text) = failed(&outcome);
    assert!(kind == ErrorKind::Storage && text.contains("a program in memory: "), "{text}");
    assert_eq!(host.models.iter().count(), 0);
    let body = format!("{load}\n    orchestration.model_exec H0, 5");
    let (interpreter, _, outcome) = both(&body, &[(5, ".program\n    add H0, H0, H0\n    halt\n")]);
    let (kind, text) = failed(&outcome);
    assert!(kind == ErrorKind::BadRegister && text.contains("model slot 5: instruction 0"), "{text}");
    assert!(!interpreter.machine().models().slot(5).unwrap().running);
}

const RECURSIVE: &str = ".requires\n    orchestration 0x0007\n.registers\n    H0: i32[1]\n.program\n    \
                         orchestration.model_load H0, 9\n    orchestration.model_exec H0, 9\n    halt\n";

#[test]
fn models_do_not_call_themselves() {
    let body = "    orchestration.model_load H0, 9\n    orchestration.model_exec H1, 9";
    let (_, _, outcome) = both(body, &[(9, RECURSIVE)]);
    let (kind, text) = failed(&outcome);
    assert!(kind == ErrorKind::Conflict && text.contains("model slot 9 is being executed"), "{text}");
}

#[test]
fn models_call_each_other_sixteen_deep() {
    let link = |next: u8| {
        format!(
            ".requires\n    orchestration 0x0007\n.registers\n    H0: i32[1]\n.program\n    set H0, {next}\n    \
             orchestration.model_load H0, {next}\n    orchestration.model_input H0, {next}\n    \
             orchestration.model_exec H0, {next}\n    store_output H0\n    halt\n"
        )
    };
    for (deepest, is_too_deep) in [(15, false), (16, true)] {
        let links: Vec<_> = (0..deepest).map(|slot| (slot, link(slot + 1))).collect();
        let mut programs: Vec<_> = links.iter().map(|(slot, text)| (*slot, text.as_str())).collect();
        programs.push((deepest, TWICE));
        let body = "    orchestration.model_load H0, 0\n    orchestration.model_exec H1, 0";
        let (interpreter, _, outcome) = both(body, &programs);
        if is_too_deep {
            let (kind, text) = failed(&outcome);
            assert!(
                kind == ErrorKind::Denied && text.ends_with("models call each other deeper than 16"),
                "{text}"
            );
        } else {
            assert!(outcome.is_complete(), "{outcome}");
            assert_eq!(hot(&interpreter, 1), [2 * i32::from(deepest)]);
        }
    }
}

/// Answers what a model asks only the second time.
struct Slow(u32);

impl Device for Slow {
    fn answer(&mut self, _: &DomainOp, _: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        self.0 += 1;
        Ok(if self.0 % 2 == 1 { Answer::Wait } else { Answer::Done })
    }
}

#[test]
fn a_model_that_waits_makes_its_caller_wait() {
    let waiting = ".requires\n    ipc 0x0009\n.registers\n    H0: i32[2]\n.program\n    load_input H0\n    \
                   add H0, H0, H0\n    ipc.barrier_wait 1\n    store_output H0\n    halt\n";
    let mut interpreter = calling(
        "    orchestration.model_load H0, 0\n    orchestration.model_input H0, 0\n    orchestration.model_exec H1, 0",
    );
    interpreter.machine_mut().set_hot(0, &[3, -4], Shape::vector(2)).unwrap();
    let mut host = host(&[(0, waiting)]);
    host.devices.attach("ipc", Slow(0));
    for _ in 0..2 {
        let outcome = interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
        assert!(
            matches!(outcome, Outcome::Waiting { op: DomainOp::ModelExec { .. }, instruction: 2 }),
            "{outcome}"
        );
        assert!(interpreter.machine().models().slot(0).unwrap().running);
        // What is bound may change meanwhile; the model has its input.
        let outcome = interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
        assert!(outcome.is_complete(), "{outcome}");
        assert_eq!(hot(&interpreter, 1), [6, -8]);
    }
    // A new run does not go on with what an old one left waiting.
    interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
    interpreter.machine_mut().set_hot(0, &[1, 1], Shape::vector(2)).unwrap();
    interpreter.begin_run();
    interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
    assert_eq!(hot(&interpreter, 1), [2, 2]);
}
