//! `ternsig completions`.

use crate::support::Folder;

#[test]
fn every_shell_has_a_script() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.run(&["completions", shell]);
        assert_eq!(ran.status, 0);
        for word in ["ternsig", "conform", "verify", "across"] {
            assert!(ran.out.contains(word), "{word} for {shell}");
        }
    }
    assert_eq!(folder.run(&["completions", "cmd"]).status, 2);
}
