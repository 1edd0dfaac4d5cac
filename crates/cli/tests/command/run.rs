//! `ternsig run` with programs.

use crate::support::{Folder, repository};
use insta::assert_snapshot;
use serde_json::{Value, json};

const LAYER: &str = "\
.registers
    C0: ternary[2, 3]
    H0: i32[3]
    H1: i32[2]
.program
    load_input H0
    ternary_matmul H1, C0, H0
    store_output H1
    halt
";

const WEIGHTS: &str = r#"{"cold": {"C0": {"shape": [2, 3], "polarity": [1, -1, 0, 0, 1, 1], "magnitude": [2, 3, 9, 0, 1, 4]}}}"#;

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_run_is_reported_for_people() {
    let folder = Folder::new(&[("layer.ternsig", LAYER), ("weights.json", WEIGHTS)]);
    let ran = folder.run(&["run", "layer.ternsig", "--state", "weights.json", "--input", "1,-2,3"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    // 1*2 + 2*3 = 8; -2*1 + 3*4 = 10
    assert_snapshot!(ran.out, @r"
    outcome  halt
    fuel     7
    output   8 10
    H0  [3]     1 -2 3
    H1  [2]     8 10
    C0  [2, 3]  +2 -3 0(9) 0 +1 +4
    ");
}

#[test]
fn a_run_is_reported_for_programs() {
    let folder =
        Folder::new(&[("layer.ternsig", LAYER), ("weights.json", WEIGHTS), ("input.txt", "1\n-2\n3\n")]);
    let arguments =
        ["run", "layer.ternsig", "--state", "weights.json", "--input-file", "input.txt", "--format", "json"];
    let ran = folder.run(&arguments);
    assert_eq!(ran.status, 0);
    let expected = json!({
        "outcome": "halt",
        "output": [8, 10],
        "hot": { "H0": { "shape": [3], "data": [1, -2, 3] }, "H1": { "shape": [2], "data": [8, 10] } },
        "cold": { "C0": { "shape": [2, 3], "polarity": [1, -1, 0, 0, 1, 1], "magnitude": [2, 3, 9, 0, 1, 4] } },
        "pressure": {},
    });
    assert_eq!(report(&ran.out), expected);
    // A report is a state, too: the weights come back.
    folder.write("report.json", &ran.out);
    let again =
        folder.run(&["run", "layer.ternsig", "--state", "report.json", "--input=1,-2,3", "--format", "json"]);
    assert_eq!(report(&again.out), expected);
}

#[test]
fn runs_keep_the_state_and_the_input() {
    let source = ".registers\n    H0: i32[2]\n    H1: i32[2]\n.program\n    load_input H0\n    load_target H2\n    \
                  add H1, H1, H0\n    sub H1, H1, H2\n    store_output H1\n    halt\n";
    let folder = Folder::new(&[("sum.ternsig", source)]);
    let output = |more: &[&str]| {
        let arguments =
            ["run", "sum.ternsig", "--input", "-5,7", "--target", "-1,1", "--format", "json", "-q"];
        report(&folder.run(&[&arguments[..], more].concat()).out)["output"].clone()
    };
    assert_eq!(output(&[]), json!([-4, 6]));
    assert_eq!(output(&["--runs", "3"]), json!([-12, 18]));
}

#[test]
fn a_conformance_line_is_a_state() {
    let source = ".registers\n    H0: i32[1]\n.program\n    add H0, H0, H0\n    store_output H0\n    halt\n";
    let vector = json!({
        "name": "x", "source": source, "runs": 4, "after": {},
        "before": { "hot": { "H0": { "shape": [1], "data": [3] } }, "chemicals": { "dopamine": 128 } },
    });
    let folder = Folder::new(&[("x.ternsig", source), ("x.json", &vector.to_string())]);
    let output = |more: &[&str]| {
        let arguments = ["run", "x.ternsig", "--state", "x.json", "--format", "json"];
        report(&folder.run(&[&arguments[..], more].concat()).out)["output"].clone()
    };
    assert_eq!(output(&[]), json!([48]));
    assert_eq!(output(&["--runs", "1"]), json!([6]));
}

#[test]
fn a_bad_state_is_refused() {
    let folder = Folder::new(&[
        ("layer.ternsig", LAYER),
        ("bank.json", r#"{"hot": {"C0": {"shape": [1], "data": [1]}}}"#),
        ("key.json", r#"{"warm": {}}"#),
    ]);
    let refused = |state: &str| {
        let ran = folder.run(&["run", "layer.ternsig", "--state", state]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        ran.err
    };
    assert_eq!(refused("bank.json"), "error: bank.json: \"C0\" is not a hot register\n");
    assert!(refused("key.json").contains("unknown field `warm`"));
    assert!(refused("none.json").starts_with("error: none.json: "));
}

#[test]
fn an_attached_program_runs_on_the_machine_of_another() {
    let attached = ".program\n    load_input H0\n    ternary_matmul H1, C0, H0\n    relu H1, H1\n    store_output H1\n    halt\n";
    let folder =
        Folder::new(&[("layer.ternsig", LAYER), ("attached.ternsig", attached), ("weights.json", WEIGHTS)]);
    let arguments =
        ["run", "attached.ternsig", "--on", "layer.ternsig", "--input", "1,-2,-3", "-q", "--format", "json"];
    let ran = folder.run(&[&arguments[..], &["--state", "weights.json"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(report(&ran.out)["output"], json!([8, 0]));
    let refused = folder.run(&["run", "layer.ternsig", "--on", "layer.ternsig"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("--on is for programs that declare none"), "{}", refused.err);
}

#[test]
fn the_seed_test_runs_on_the_seed_region() {
    let folder = Folder::new(&[(
        "state.json",
        &json!({ "cold": { "C0": { "shape": [32, 12], "polarity": vec![1; 384], "magnitude": vec![1; 384] } } }).to_string(),
    )]);
    let file = |name: &str| repository("firmware/seeds").join(name).to_string_lossy().into_owned();
    let (program, on) = (file("test_representation.ternsig"), file("representation.ternsig"));
    let input = "1,2,3,4,5,6,7,8,9,10,11,12";
    let ran = folder.run(&["run", &program, "--on", &on, "--state", "state.json", "--input", input, "-q"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}

#[test]
fn an_error_is_shown_in_the_source() {
    let folder = Folder::new(&[(
        "bad.ternsig",
        ".registers\n    H0: i32[2]\n.program\n    relu H0, H0\n    add H0, H0, H9\n    halt\n",
    )]);
    let ran = folder.run(&["run", "bad.ternsig", "--quiet", "--format", "json"]);
    assert_eq!(ran.status, 1);
    assert_snapshot!(ran.err, @r"
    error[BadRegister]: H9 is not allocated
     --> bad.ternsig:5:17
      |
    5 |     add H0, H0, H9
      |                 ^^
    ");
    let expected = json!({
        "kind": "BadRegister", "instruction": 1, "mnemonic": "add",
        "message": "instruction 1 (add): H9 is not allocated",
    });
    assert_eq!(report(&ran.out)["error"], expected);
    assert_eq!(report(&ran.out)["outcome"], "failed");
}

#[test]
fn an_error_of_a_binary_names_the_instruction() {
    let folder = Folder::new(&[("bad.ternsig", ".program\n    relu H0, H9\n    halt\n")]);
    assert_eq!(folder.run(&["asm", "bad.ternsig", "-o", "bad.tvmr"]).status, 0);
    let ran = folder.run(&["run", "bad.tvmr"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.err, "error[BadRegister]: bad.tvmr: instruction 0: (relu) H9 is not allocated\n");
}

#[test]
fn an_operation_that_nobody_answers_is_named_with_its_fields() {
    let folder = Folder::new(&[(
        "ask.ternsig",
        ".requires\n    neuro\n.program\n    neuro.chem_read H2, 5\n    halt\n",
    )]);
    let ran = folder.run(&["run", "ask.ternsig", "-q"]);
    assert_eq!(ran.status, 1);
    assert_snapshot!(ran.out, @r#"
    outcome  unfulfilled
    asks for ChemRead (device "chemicals", instruction 0)
        target = H2
        chem_id = 5
    fuel     1
    output   (empty)
    "#);
    assert_snapshot!(ran.err, @r#"
    error[unfulfilled]: nobody answers ChemRead { target: H2, chem_id: 5 } (device "chemicals")
     --> ask.ternsig:4:5
      |
    4 |     neuro.chem_read H2, 5
      |     ^^^^^^^^^^^^^^^^^^^^^
    "#);
    let ran = folder.run(&["run", "ask.ternsig", "-q", "--format", "json"]);
    let expected = json!({
        "op": "ChemRead", "device": "chemicals", "instruction": 0, "fields": { "target": "H2", "chem_id": 5 },
    });
    assert_eq!(report(&ran.out)["operation"], expected);
    assert_eq!(report(&ran.out)["outcome"], "unfulfilled");
}

#[test]
fn fuel_is_limited() {
    let folder = Folder::new(&[("loop.ternsig", ".program\nagain:\n    jump again\n")]);
    let ran = folder.run(&["run", "loop.ternsig", "--fuel", "1000"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.starts_with("outcome  out_of_fuel\nfuel     1000\n"), "{}", ran.out);
    assert!(ran.err.contains("out of fuel before instruction 0"), "{}", ran.err);
}

#[test]
fn mistakes_and_invalid_programs_are_shown_in_the_source() {
    let folder = Folder::new(&[
        ("typo.ternsig", ".program\n    hlat\n"),
        ("role.ternsig", ".meta\n    role \"forward\"\n.program\n    mastery_commit C0\n    halt\n"),
    ]);
    let typo = folder.run(&["run", "typo.ternsig"]);
    assert_eq!((typo.status, typo.out.as_str()), (1, ""));
    assert!(
        typo.err.contains("typo.ternsig:2:5") && typo.err.contains("did you mean \"halt\"?"),
        "{}",
        typo.err
    );
    let role = folder.run(&["run", "role.ternsig", "-q"]);
    assert_eq!(role.status, 1);
    assert!(role.err.contains("error[role-denied]") && role.err.contains("role.ternsig:4:5"), "{}", role.err);
}

#[test]
fn numbers_that_are_none_are_refused() {
    let folder = Folder::new(&[("layer.ternsig", LAYER), ("input.txt", "1 two 3")]);
    let ran = folder.run(&["run", "layer.ternsig", "--input", "1,two"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("\"two\" is no number"), "{}", ran.err);
    let ran = folder.run(&["run", "layer.ternsig", "--input-file", "input.txt"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: input.txt: \"two\" is no number"), "{}", ran.err);
}

#[test]
fn native_code_is_reported_and_leaves_the_same_state() {
    let folder = Folder::new(&[("layer.ternsig", LAYER), ("weights.json", WEIGHTS)]);
    let run = |more: &[&str]| {
        let arguments =
            ["run", "layer.ternsig", "--state", "weights.json", "--input", "1,-2,3", "--runs", "3"];
        let ran = folder.run(&[&arguments[..], more].concat());
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        ran.out
    };
    let plain = report(&run(&["--format", "json"]));
    let native = run(&["--format", "json", "--engine", "jit"]);
    let mut native = report(&native);
    let told = native.as_object_mut().unwrap().remove("native").unwrap();
    assert_eq!(native, plain);
    assert_eq!((&told["compiled"], &told["entered"], &told["helped"]), (&json!(1), &json!(3), &json!([])));
    assert_eq!(told["guards_failed"], json!({ "input": 0, "room": 0, "shape": 0, "weights": 0 }));
    // A report with statistics is a state, too.
    folder.write("weights.json", run(&["--format", "json", "--engine", "jit"]));
    let people = run(&["--engine", "crosscheck", "--stats"]);
    assert!(people.contains("\nnative   1 version of "), "{people}");
    assert!(people.ends_with(" µs, entered 3 times\n"), "{people}");
    assert!(!run(&["--engine", "jit"]).contains("native"));
}

#[test]
fn what_native_code_leaves_is_named() {
    let source = ".requires\n    neuro\n.program\n    neuro.valence_read H0\n    halt\n";
    let folder = Folder::new(&[("ask.ternsig", source)]);
    let ran = folder.run(&["run", "ask.ternsig", "--engine", "jit", "--format", "json"]);
    assert_eq!(ran.status, 1);
    // An operation of the host is nobody's fallback.
    let told = &report(&ran.out)["native"];
    assert_eq!((&told["entered"], &told["fallbacks"]), (&json!(0), &json!([])));
    let source = source.replace("neuro.valence_read", "set H0, 1\n    neuro.valence_read");
    folder.write("ask.ternsig", source);
    let ran = folder.run(&["run", "ask.ternsig", "--engine", "jit", "--format", "json"]);
    let left = json!([{ "instruction": 1, "mnemonic": "neuro.valence_read", "count": 1 }]);
    assert_eq!(report(&ran.out)["native"]["fallbacks"], left);
}

#[test]
fn a_suspended_machine_goes_on() {
    let source = ".registers\n    H0: i32[1]\n.program\n    load_input H0\n    add H0, H0, H0\n    store_output H0\n    halt\n";
    let program = ternsig::assemble(source, &ternsig::InstructionSet::standard()).program.unwrap();
    let mut interpreter = ternsig::Interpreter::from_program(&program).unwrap();
    interpreter.machine_mut().set_input(&[21]);
    interpreter.step();
    let folder = Folder::new(&[("double.ternsig", source)]);
    folder.write("machine.tsnp", interpreter.suspend());
    for engine in crate::ENGINES {
        let arguments =
            ["run", "double.ternsig", "--resume", "machine.tsnp", "--format", "json", "--engine", engine];
        assert_eq!(report(&folder.run(&arguments).out)["output"], json!([42]), "{engine}");
    }
    folder.write("machine.tsnp", "TSNP");
    let ran = folder.run(&["run", "double.ternsig", "--resume", "machine.tsnp"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: machine.tsnp: "), "{}", ran.err);
}
