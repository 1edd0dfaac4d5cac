//! The .ternsig language: assembler, disassembler, formatter, lints and diagnostics.
#![forbid(unsafe_code)]
