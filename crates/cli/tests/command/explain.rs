//! `ternsig explain`.

use crate::support::Folder;

const PROGRAM: &str = "\
.meta
    input_dim 2
.requires
    neuro
.registers
    H0: i32[2]
.program
    load_input H0
    relu H0, H0
    neuro.valence_read H1
    relu H1, H9
    halt
";

#[test]
fn every_instruction_has_an_executor() {
    let ran = Folder::new(&[("a.ternsig", PROGRAM)]).run(&["explain", "a.ternsig"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "    0  load_input H0          native, stretch 0",
            "    1  relu H0, H0            native, stretch 0",
            "    2  neuro.valence_read H1  interpreter: yields",
            "    3  relu H1, H9            interpreter: fails",
            "    4  halt                   native, stretch 3",
        ]
    );
    assert!(lines[5].starts_with("3 native, 0 helped, 2 left to the interpreter; "), "{}", lines[5]);
}

#[test]
fn the_code_is_shown_for_this_processor_and_for_others() {
    let folder = Folder::new(&[("a.ternsig", PROGRAM)]);
    let clif = folder.run(&["explain", "a.ternsig", "--clif"]);
    assert_eq!(clif.status, 0, "{}", clif.err);
    assert!(clif.out.starts_with("function ") && clif.out.contains("block0("), "{}", clif.out);
    assert!(clif.out.contains("; 2 neuro.valence_read H1: interpreter: yields\n"), "{}", clif.out);
    let mut codes = Vec::new();
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"] {
        let asm = folder.run(&["explain", "a.ternsig", "--asm", "--target", target]);
        assert_eq!(asm.status, 0, "{}", asm.err);
        assert!(asm.out.contains("ret"), "{}", asm.out);
        codes.push(asm.out);
    }
    assert_ne!(codes[0], codes[1]);
    for target in ["none", "riscv64gc-unknown-linux-gnu"] {
        let refused = folder.run(&["explain", "a.ternsig", "--target", target]);
        assert_eq!((refused.status, refused.out.as_str()), (2, ""));
        assert!(refused.err.contains("\nerror: no native code for this processor: "), "{}", refused.err);
    }
}
