//! The `ternsig` command.
fn main() {}
