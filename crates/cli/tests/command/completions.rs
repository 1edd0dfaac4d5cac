//! `ternsig completions`.

use crate::support::Folder;

#[test]
fn every_shell_has_a_script() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!(ran.status, 0);
        assert!(ran.out.contains("ternsig") && ran.out.contains("conform"), "{shell}");
    }
    assert_eq!(folder.run(&["completions", "cmd"]).status, 2);
}
