//! `ternsig compile`.

use crate::support::Folder;

const PROGRAM: &str = "\
.meta
    name \"doubler */\"
.registers
    C0: ternary[2, 3] key=\"a.b\"
    H0: i32[3]
    H1: i32[2]
.program
    load_input H0
    ternary_matmul H1, C0, H0
    store_output H1
    halt
";

/// The machine that an ELF file is for.
fn machine(object: &[u8]) -> u16 {
    assert_eq!(object[..4], *b"\x7FELF");
    u16::from_le_bytes([object[18], object[19]])
}

#[test]
fn objects_and_headers_are_written_for_both_targets() {
    let folder = Folder::new(&[("doubler.ternsig", PROGRAM)]);
    let asm = folder.run(&["asm", "doubler.ternsig", "-o", "doubler.tvmr"]);
    assert_eq!(asm.status, 0, "{}", asm.err);
    for (target, number) in [("x86_64-linux", 62), ("aarch64-linux", 183)] {
        for file in ["doubler.ternsig", "doubler.tvmr"] {
            let ran = folder.run(&["compile", file, "--target", target, "-o", "a.o", "--header", "a.h"]);
            assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{target}");
            assert_eq!(machine(&std::fs::read(folder.path("a.o")).unwrap()), number);
            let header = folder.read("a.h");
            for expected in [
                &format!(", for {target}.\n"),
                "   weights C0[2, 3]",
                "extern const ternsig_program doubler;\nextern ternsig_enter doubler_enter;\n",
                "#define DOUBLER_INPUT 3\n",
                "#define DOUBLER_C0_LEN 6\n",
            ] {
                assert!(header.contains(expected), "{expected}: {header}");
            }
        }
    }
    assert!(!folder.read("a.h").contains("doubler */"));
}

#[test]
fn names_can_be_chosen() {
    let folder = Folder::new(&[("doubler.ternsig", PROGRAM)]);
    let compile = |prefix| {
        let to = ["-o", "a.o", "--header", "a.h", "--target", "x86_64-linux", "--prefix", prefix];
        folder.run(&[&["compile", "doubler.ternsig"], to.as_slice()].concat())
    };
    assert_eq!(compile("net_1").status, 0);
    assert!(folder.read("a.h").starts_with("#ifndef NET_1_H\n"));
    let refused = compile("1net");
    assert_eq!(refused.status, 2);
    assert_eq!(refused.err, "error: --prefix: \"1net\" is no name in C that begins with a letter\n");
}

#[test]
fn what_cannot_be_compiled_is_said() {
    let yielding = ".requires\n    neuro\n.program\n    neuro.valence_read H0\n";
    let folder = Folder::new(&[("a.ternsig", PROGRAM), ("y.ternsig", yielding)]);
    let compile = |file, target, output| {
        folder.run(&["compile", file, "--target", target, "-o", output, "--header", "a.h"])
    };
    let unknown = compile("a.ternsig", "riscv64-linux", "a.o");
    assert_eq!(unknown.status, 2);
    let message = "there is no target \"riscv64-linux\"; there are x86_64-linux, aarch64-linux";
    assert!(unknown.err.contains(message), "{}", unknown.err);
    let nothing = compile("y.ternsig", "x86_64-linux", "a.o");
    assert_eq!(nothing.status, 1);
    let message = "error: y.ternsig: no instruction becomes native code; `ternsig explain y.ternsig` says why for each\n";
    assert!(nothing.err.ends_with(message), "{}", nothing.err);
    assert!(!folder.path("a.h").exists());
    let unwritable = compile("a.ternsig", "x86_64-linux", "nowhere/a.o");
    assert_eq!(unwritable.status, 2);
    assert!(unwritable.err.starts_with("error: nowhere/a.o: "), "{}", unwritable.err);
    let missing = compile("b.ternsig", "x86_64-linux", "a.o");
    assert_eq!(missing.status, 2);
}
