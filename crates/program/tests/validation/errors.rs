//! What makes a program unfit to run.

use super::*;

#[test]
fn unknown_extension() {
    let program = program(&[], &["raw AB CD 00 00 00 00 00 00", "raw AB CD 00 01 00 00 00 00", "halt"]);
    assert_eq!(finding(&program, "unknown-extension"), at(0, "the extension 0xabcd is not registered"));
}

#[test]
fn unknown_opcode() {
    let core = program(&[], &["raw 00 00 7F FF 00 00 00 00", "halt"]);
    assert_eq!(finding(&core, "unknown-opcode"), at(0, "core has no opcode 0x7fff"));
    let tensor = program(&[], &["raw 00 01 00 FF 00 00 00 00", "halt"]);
    assert_eq!(finding(&tensor, "unknown-opcode"), at(0, "tensor has no opcode 0x00ff"));
}

#[test]
fn reserved_opcode() {
    let program = program(&[], &["nop", "raw 00 00 30 00 00 00 00 00", "halt"]);
    assert_eq!(finding(&program, "reserved-opcode"), at(1, "matmul (0x3000) is reserved and has no meaning"));
    assert_eq!(found(&program, "reserved-opcode")[0].help.as_deref(), Some("use tensor.matmul"));
}

#[test]
fn unavailable_requirement() {
    let mut program = program(&[], &["halt"]);
    program.requires = vec![Requirement { ext: 0x0100, name: "vision".to_owned() }];
    assert_eq!(
        finding(&program, "unavailable-requirement"),
        whole("the extension vision (0x0100) is not registered")
    );
}

#[test]
fn null_register() {
    let operand = program(&["H0 1"], &["raw 00 00 30 03 00 FF 00 00", "halt"]);
    assert_eq!(finding(&operand, "null-register"), at(0, "operand src of relu is no register"));
    // In any bank, too; but where an operand is optional it may be absent.
    let any = program(&[], &["raw 00 06 00 0C FF 00 00 00", "halt"]);
    assert_eq!(finding(&any, "null-register"), at(0, "operand register of arch.free_dynamic is no register"));
    none(&program(&["H0 1"], &["tensor.rmsnorm H0, H0", "halt"]), "null-register");
    let mut declared = program(&["H0 1"], &["halt"]);
    declared.registers[0].register = Register::NULL;
    assert_eq!(
        finding(&declared, "null-register"),
        whole("S63 is declared, whose byte means \"no register\"")
    );
}

#[test]
fn duplicate_register() {
    let program = program(&["H0 1", "H0 1"], &["halt"]);
    assert_eq!(finding(&program, "duplicate-register"), whole("H0 is declared twice"));
}

#[test]
fn register_too_large() {
    let program = program(&["C0 8193x8192"], &["halt"]);
    assert_eq!(
        finding(&program, "register-too-large"),
        whole("C0 has 67117056 elements, at most 67108864 are possible")
    );
}

#[test]
fn wrong_bank() {
    let relu = program(&["H0 1", "C1 1"], &["raw 00 00 30 03 00 41 00 00", "halt"]);
    assert_eq!(finding(&relu, "wrong-bank"), at(0, "operand src of relu cannot be the cold register C1"));
    assert_eq!(found(&relu, "wrong-bank")[0].register, Some(Register::cold(1)));
    assert_eq!(found(&relu, "wrong-bank")[0].help.as_deref(), Some("expected a hot register"));
    let optional = program(&["H0 1"], &["raw 00 01 00 15 00 00 80 00", "halt"]);
    assert_eq!(
        finding(&optional, "wrong-bank"),
        at(0, "operand scale of tensor.rmsnorm cannot be the param register P0")
    );
}

#[test]
fn out_of_range() {
    let cases = [
        ("raw 00 05 00 00 00 08 00 00", "operand chem of neuro.chem_read is out of range: 8"),
        ("raw 00 08 00 0B 40 40 00 00", "operand key of lifecycle.load_weights is out of range: 64"),
        ("raw 00 06 00 07 40 00 00 02", "operand in_dim of arch.define_layer is out of range: 0"),
        ("raw 00 06 00 07 40 02 00 00", "operand out_dim of arch.define_layer is out of range: 0"),
        ("raw 00 06 00 07 80 02 00 02", "operand layer of arch.define_layer is out of range: 128"),
        ("raw 00 06 00 08 40 02 00 00", "operand mode of arch.freeze_layer is out of range: 2"),
        ("raw 00 01 00 0E 00 00 00 02", "operand flat of tensor.concat is out of range: 2"),
    ];
    for (text, message) in cases {
        assert_eq!(finding(&program(&["H0 1", "C0 1"], &[text, "halt"]), "out-of-range"), at(0, message));
    }
}

/// Numbers that their instruction refuses itself are left to it.
#[test]
fn numbers_that_are_checked_when_executed_are_no_findings() {
    let cases = [
        "raw 00 06 00 0A 40 06 00 00", // set_activation, id 6
        "raw 00 06 00 0B 00 04 00 08", // alloc_dynamic, bank 4
        "raw 00 0A 00 06 08 00 FF 00", // expect_chem, chemical 8
        "raw 00 08 00 06 00 08 00 00", // log_event, event 8
        "raw 00 0B 00 04 00 00 00 C1", // bank_traverse, edge 12
        "raw 00 06 00 05 40 00 01 03", // prune_neuron, mode 3
        "raw 00 00 30 04 00 00 00 00", // sigmoid, gain 0
        "raw 00 00 50 13 40 FF 00 00", // mastery_commit, usual step and threshold
        "raw 00 08 00 0B 40 83 00 00", // load_weights, P3 as 1.x encoded it
    ];
    for text in cases {
        let report = validate(
            &program(&["H0 2", "C0 2"], &[text, "halt"]),
            &InstructionSet::standard(),
            Checks::required(),
        );
        assert_eq!(report, Report::default(), "{text}");
    }
}

#[test]
fn crossed_bounds() {
    let core = program(&["H0 1"], &["clamp H0, H0, 6, 5", "halt"]);
    assert_eq!(
        finding(&core, "crossed-bounds"),
        at(0, "the lower bound 6 of clamp is above the upper bound 5")
    );
    let tensor = program(&["H0 1"], &["tensor.clamp H0, H0, 129, 128", "halt"]);
    let message = "the lower bound 129 of tensor.clamp is above the upper bound 128";
    assert_eq!(finding(&tensor, "crossed-bounds"), at(0, message));
    none(&program(&["H0 1"], &["clamp H0, H0, 5, 5", "halt"]), "crossed-bounds");
}

#[test]
fn unpaired_loop() {
    assert_eq!(
        finding(&program(&[], &["loop 2", "halt"]), "unpaired-loop"),
        at(0, "the loop has no end_loop")
    );
    assert_eq!(
        finding(&program(&[], &["end_loop", "halt"]), "unpaired-loop"),
        at(0, "the end_loop has no loop")
    );
    let crossed = program(&[], &["loop 2", "loop 3", "end_loop", "halt"]);
    assert_eq!(finding(&crossed, "unpaired-loop"), at(0, "the loop has no end_loop"));
}

#[test]
fn target_beyond_end() {
    for branch in ["jump @3", "call @3", "if_zero H0, @3", "if_nonzero H0, @3"] {
        let name = branch.split(' ').next().unwrap();
        let program = program(&["H0 1"], &[branch, "halt"]);
        let message = format!("{name} leads to instruction 3, the program has 2");
        assert_eq!(finding(&program, "target-beyond-end"), (Some(0), message));
    }
    none(&program(&[], &["jump @1"]), "target-beyond-end");
}

fn with_roles(instruction: &str, roles: &str) -> AssembledProgram {
    let mut program = program(&["H0 1", "C0 1"], &[instruction, "halt"]);
    program.meta.roles = Some(roles.parse().unwrap());
    program
}

#[test]
fn role_denied() {
    let denied = with_roles("neuro.chem_set H0, 0", "forward");
    let message = "neuro.chem_set needs the role regulation, the program has forward";
    assert_eq!(finding(&denied, "role-denied"), at(0, message));
    let denied = with_roles("learning.consolidate", "boot");
    let message = "learning.consolidate needs the role learning or evolution, the program has forward, boot";
    assert_eq!(finding(&denied, "role-denied"), at(0, message));
    for allowed in ["regulation", "boot, regulation", "unrestricted"] {
        none(&with_roles("neuro.chem_set H0, 0", allowed), "role-denied");
    }
    // Every role includes the forward set.
    none(&with_roles("neuro.chem_read H0, 0", "learning"), "role-denied");
}

#[test]
fn role_not_granted() {
    let learning = RoleSet::NONE.with(Role::Learning);
    let report = |roles: Option<&str>, granted| {
        let mut program = program(&["C0 1"], &["mastery_commit C0", "halt"]);
        program.meta.roles = roles.map(|roles| roles.parse().unwrap());
        validate(&program, &InstructionSet::standard(), Checks::required().granting(granted)).findings
    };
    let codes = |findings: Vec<Finding>| findings.iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(codes(report(None, learning)), [""; 0]);
    assert_eq!(codes(report(Some("learning"), learning)), [""; 0]);
    assert_eq!(codes(report(Some("forward"), learning)), ["role-denied"]);
    assert_eq!(codes(report(None, RoleSet::NONE)), ["role-denied"]);
    let findings = report(Some("learning, boot"), learning);
    assert_eq!(findings[0].message, "the program asks for the roles learning, boot, but is granted learning");
    assert_eq!(codes(findings), ["role-not-granted"]);
    assert_eq!(codes(report(Some("unrestricted"), RoleSet::NONE)), ["role-not-granted", "role-denied"]);
    assert_eq!(codes(report(Some("learning"), RoleSet::UNRESTRICTED)), [""; 0]);
}

#[test]
fn shape_mismatch() {
    let product = |weights: &str| {
        program(&[weights, "H0 3", "H1 4"], &["load_input H0", "ternary_matmul H1, C0, H0", "halt"])
    };
    let message = "ternary_matmul: C0 has the shape [4, 2], H0 has 3 elements";
    assert_eq!(finding(&product("C0 4x2"), "shape-mismatch"), at(1, message));
    let message = "ternary_matmul needs rows and columns, C0 has the shape [4]";
    assert_eq!(finding(&product("C0 4"), "shape-mismatch"), at(1, message));
    none(&product("C0 4x3"), "shape-mismatch");
    // The input's length can be stated.
    let mut stated = product("C0 4x2");
    stated.meta.input_dim = Some(2);
    none(&stated, "shape-mismatch");
    // Results carry their shape on; what is not known is not reported.
    let chain =
        ["load_input H0", "ternary_matmul H1, C0, H0", "relu H2, H1", "ternary_matmul H3, C1, H2", "halt"];
    let chained = program(&["C0 4x3", "C1 2x5", "H0 3", "H1 4", "H2 9", "H3 2"], &chain);
    assert_eq!(
        finding(&chained, "shape-mismatch"),
        at(3, "ternary_matmul: C1 has the shape [2, 5], H2 has 4 elements")
    );
    let looped = ["loop 2", "ternary_matmul H1, C0, H0", "concat H0, H1, H1", "end_loop", "halt"];
    none(&program(&["C0 4x8", "H0 3", "H1 4"], &looped), "shape-mismatch");
    let without_shapes = validate(&product("C0 4"), &InstructionSet::standard(), Checks::all());
    assert!(without_shapes.is_valid());
}
