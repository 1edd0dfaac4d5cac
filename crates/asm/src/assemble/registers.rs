//! The `.registers` section.

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::syntax::number::{NotANumber, decimal};
use crate::syntax::{Attribute, File, LineKind, RegisterLine, Text};
use ternsig_isa::limits::{MAX_DECLARED_DIM, MAX_KEY_BYTES, MAX_RANK};
use ternsig_isa::{Register, Shape, TypeId};
use ternsig_program::RegisterDecl;

/// A declaration that has been read, with its register as written.
struct Declared<'s> {
    name: Text<'s>,
    decl: RegisterDecl,
}

/// Reads all `.registers` sections. Of H and T names of one register, the last stays.
pub(super) fn read(file: &File<'_>, report: &mut Report) -> (Vec<RegisterDecl>, Vec<Span>) {
    let mut declared: Vec<Declared<'_>> = Vec::new();
    for node in &file.nodes {
        let LineKind::Register(line) = &node.kind else { continue };
        let Some(decl) = declaration(line, report) else { continue };
        let new = Declared { name: line.register, decl };
        match declared.iter().position(|old| old.decl.register == new.decl.register) {
            None => declared.push(new),
            Some(at) if same_letter(declared[at].name, new.name) => {
                report.push(duplicate(&declared[at], &new))
            }
            Some(at) => {
                report.push(collision(&declared[at], &new));
                declared.remove(at);
                declared.push(new);
            }
        }
    }
    declared.into_iter().map(|one| (one.decl, one.name.span())).unzip()
}

fn same_letter(a: Text<'_>, b: Text<'_>) -> bool {
    let letter = |name: Text<'_>| name.text.chars().next().map(|c| c.to_ascii_uppercase());
    letter(a) == letter(b)
}

fn duplicate(old: &Declared<'_>, new: &Declared<'_>) -> Diagnostic {
    Diagnostic::error("duplicate-register", format!("{} is declared twice", new.decl.register))
        .labelled(new.name.span(), "declared again")
        .also(old.name.span(), "first declared here")
        .help("remove one of the declarations")
}

fn collision(old: &Declared<'_>, new: &Declared<'_>) -> Diagnostic {
    Diagnostic::warning(
        "register-alias",
        format!("{} and {} are the same register", old.name.text, new.name.text),
    )
    .labelled(new.name.span(), "this declaration counts")
    .also(old.name.span(), "this one is dropped")
    .help("T is another letter for H")
}

/// Reads one declaration, reporting all that is wrong with it.
fn declaration(line: &RegisterLine<'_>, report: &mut Report) -> Option<RegisterDecl> {
    if let Some(trailing) = line.trailing {
        report.push(trailing_text(trailing));
    }
    let parts =
        (register(line.register), ty(line.ty), shape(line.dims.as_deref()), attributes(&line.attributes));
    match parts {
        (Ok(register), Ok(ty), Ok(shape), Ok((key, frozen))) => {
            Some(RegisterDecl { register, ty, shape, key, frozen })
        }
        (register, ty, shape, attributes) => {
            let errors = [register.err(), ty.err(), shape.err(), attributes.err()];
            report.extend(errors.into_iter().flatten());
            None
        }
    }
}

fn trailing_text(text: Text<'_>) -> Diagnostic {
    Diagnostic::warning("trailing-text", "text at the end of the declaration is ignored")
        .labelled(text.span(), "ignored")
        .help("the attributes are key=\"...\" and frozen=true")
}

fn register(name: Text<'_>) -> Result<Register, Diagnostic> {
    name.text.parse().map_err(|error| {
        Diagnostic::error("bad-register", format!("\"{}\" cannot be declared", name.text))
            .labelled(name.span(), format!("{error}"))
            .help("registers are H0 to H63, C0 to C63, P0 to P63 and S0 to S62")
    })
}

fn ty(name: Text<'_>) -> Result<TypeId, Diagnostic> {
    TypeId::from_name(name.text).filter(|ty| ty.is_register_type()).ok_or_else(|| {
        let names: Vec<_> = TypeId::register_type_names().collect();
        let help = did_you_mean(name.text, &names);
        Diagnostic::error("bad-type", format!("{} is not a type of registers", name.text))
            .labelled(name.span(), "unknown type")
            .help(format!("the types are {}", names.join(", ")))
            .maybe_help(help)
    })
}

fn shape(dims: Option<&[Text<'_>]>) -> Result<Shape, Diagnostic> {
    let Some(dims) = dims else { return Ok(Shape::vector(1)) };
    let sizes = dims.iter().map(|&dim| dimension(dim)).collect::<Result<Vec<u32>, Diagnostic>>()?;
    Shape::new(&sizes).map_err(|error| {
        let span = dims.iter().fold(dims[0].span(), |span, dim| span.to(dim.span()));
        Diagnostic::error("bad-shape", format!("{error}"))
            .labelled(span, format!("these are {}", dims.len()))
            .help("join dimensions; only their product decides how many elements there are")
    })
}

fn dimension(dim: Text<'_>) -> Result<u32, Diagnostic> {
    let most = MAX_DECLARED_DIM;
    let message = match decimal(dim.text) {
        Ok(size) if size <= most => return Ok(size),
        Err(NotANumber::Malformed) => format!("\"{}\" is not a dimension", dim.text),
        _ => format!("the dimension {} is too large", dim.text),
    };
    let label = format!("expected a number from 0 to {most}; at most {MAX_RANK} of them");
    Err(Diagnostic::error("bad-shape", message).labelled(dim.span(), label))
}

/// The key and the frozen flag.
fn attributes(attributes: &[Attribute<'_>]) -> Result<(Option<String>, bool), Diagnostic> {
    let (mut key, mut frozen) = (None, None);
    for attribute in attributes {
        let repeated = match attribute.name.text {
            "key" => key.replace(storage_key(attribute)?).is_some(),
            "frozen" => frozen.replace(flag(attribute)?).is_some(),
            _ => return Err(unknown_attribute(attribute)),
        };
        if repeated {
            let message = format!("{} is given twice", attribute.name.text);
            return Err(Diagnostic::error("bad-attribute", message)
                .labelled(attribute.name.span(), "given again")
                .help("remove one of the two"));
        }
    }
    Ok((key, frozen.unwrap_or(false)))
}

fn storage_key(attribute: &Attribute<'_>) -> Result<String, Diagnostic> {
    let value = attribute.value;
    let bad = |message: String| Diagnostic::error("bad-key", message);
    if !attribute.quoted {
        let message = bad("the key does not stand in quotes".to_owned());
        return Err(match value.text {
            "" => message.labelled(attribute.name.span(), "expected key=\"...\""),
            text => message
                .labelled(value.span(), "expected a string")
                .fix(value.span(), format!("\"{}\"", text.replace('"', ""))),
        });
    }
    match value.text.len() {
        0 => Err(bad("the key is empty".to_owned())
            .labelled(attribute.name.span(), "expected key=\"...\"")
            .help("leave the attribute out for a register that is not stored")),
        1..=MAX_KEY_BYTES => Ok(value.text.to_owned()),
        bytes => Err(bad(format!("the key has {bytes} bytes"))
            .labelled(value.span(), format!("expected at most {MAX_KEY_BYTES} bytes"))),
    }
}

fn flag(attribute: &Attribute<'_>) -> Result<bool, Diagnostic> {
    match attribute.value.text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(Diagnostic::error("bad-attribute", format!("frozen cannot be \"{other}\""))
            .labelled(attribute.value.span().to(attribute.name.span()), "expected true or false")),
    }
}

fn unknown_attribute(attribute: &Attribute<'_>) -> Diagnostic {
    let name = attribute.name;
    let found = Diagnostic::error("bad-attribute", format!("a register has no attribute {}", name.text))
        .labelled(name.span(), "unknown attribute")
        .help("the attributes are key=\"...\" and frozen=true");
    let lower = name.text.to_ascii_lowercase();
    if matches!(lower.as_str(), "key" | "frozen") {
        return found.help("attributes are written in lower case").fix(name.span(), lower);
    }
    found
}
