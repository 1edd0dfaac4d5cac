//! The README's example is that of the library's documentation, where it is a test.

const README: &str = include_str!("../../../../README.md");
const LIBRARY: &str = include_str!("../../src/lib.rs");

fn example(text: &str, fence: &str) -> String {
    let (_, rest) = text.split_once(fence).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_the_readme_is_tested() {
    let documentation = LIBRARY.lines().filter_map(|line| line.strip_prefix("//!"));
    let documentation: Vec<_> = documentation.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let tested = example(&documentation.join("\n"), "```\n");
    assert_eq!(
        example(README, "```rust\n"),
        tested,
        "crates/cli/src/lib.rs has another example than README.md"
    );
}
