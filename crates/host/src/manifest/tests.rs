use super::*;
use crate::engine::Engine;
use crate::source::{CsvOptions, LabelColumn};
use ternsig_asm::Colour;
use ternsig_isa::{Role, RoleSet};

const WHOLE: &str = r#"
[run]
seeds = [1, 0x10]
fuel = 1_000_000

[[region]]
name = "digits"
program = "digits.ternsig"
engine = "interpreter"
role = ["learning", "evolution"]
params = { P0 = 3, P63 = -1 }
fill = [{ registers = ["C0", "C2"], with = "init_random" }]

[region.source]
kind = "csv"
path = "data/digits.csv.gz"
label = "digit"
header = true
scale = 16
offset = -1
order = "file"
holdout = 360
epochs = 6

[region.report]
accuracy = false
confusion = false
curve = "digits.svg"

[[program]]
name = "classify"
program = "classify.ternsig"
on = "digits"
at = "holdout"
role = "forward"
"#;

const SMALLEST: &str = r#"
[[region]]
name = "a"
program = "a.ternsig"
source = { kind = "csv", path = "a.csv" }
"#;

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(text, Path::new("firmware/test.toml"))
}

/// The diagnostics as a terminal shows them.
fn complaints(text: &str) -> String {
    parse(text).unwrap_err().render(Colour::Plain)
}

/// The codes of the diagnostics.
fn codes(text: &str) -> Vec<&'static str> {
    match parse(text) {
        Ok(_) => Vec::new(),
        Err(error) => error.diagnostics().iter().map(|diagnostic| diagnostic.code).collect(),
    }
}

#[test]
fn every_key_is_read_and_paths_start_from_the_manifest() {
    let manifest = parse(WHOLE).unwrap();
    assert_eq!(manifest.run, RunEntry { seeds: vec![1, 16], fuel: Some(1_000_000) });
    let options =
        CsvOptions { label: LabelColumn::Name("digit".to_owned()), header: true, scale: 16, offset: -1 };
    let region = RegionEntry {
        name: "digits".to_owned(),
        program: PathBuf::from("firmware/digits.ternsig"),
        engine: Engine::Interpreter,
        granted: RoleSet::NONE.with(Role::Learning).with(Role::Evolution),
        params: vec![(0, 3), (63, -1)],
        fill: vec![Fill { registers: vec![0, 2], with: FillWith::InitRandom }],
        source: Input {
            format: Format::Csv(options),
            path: PathBuf::from("firmware/data/digits.csv.gz"),
            order: Order::File,
            holdout: 360,
            epochs: 6,
        },
        report: ReportEntry {
            accuracy: false,
            confusion: false,
            curve: Some(PathBuf::from("firmware/digits.svg")),
        },
    };
    assert_eq!(manifest.regions, [region]);
    let attached = Attached {
        name: "classify".to_owned(),
        program: PathBuf::from("firmware/classify.ternsig"),
        on: "digits".to_owned(),
        at: Moment::Holdout,
        granted: RoleSet::NONE.with(Role::Forward),
    };
    assert_eq!(manifest.attached_to(&manifest.regions[0]).collect::<Vec<_>>(), [&attached]);
    assert_eq!(manifest.directory(), Path::new("firmware"));
}

#[test]
fn most_keys_have_a_default() {
    let manifest = parse(SMALLEST).unwrap();
    assert_eq!(manifest.run, RunEntry { seeds: vec![1], fuel: None });
    let region = &manifest.regions[0];
    assert_eq!((region.engine, region.granted), (Engine::Interpreter, RoleSet::UNRESTRICTED));
    assert_eq!((region.source.order, region.source.holdout, region.source.epochs), (Order::Shuffled, 0, 1));
    assert_eq!(region.source.format, Format::Csv(CsvOptions::default()));
    assert_eq!(region.report, ReportEntry { accuracy: true, confusion: true, curve: None });
}

#[test]
fn one_value_stands_for_a_list_of_one() {
    let text = format!(
        "run = {{ seeds = 7 }}\n{SMALLEST}role = \"forward\"\nfill = {{ registers = \"C1\", with = \"init_random\" }}"
    );
    let manifest = parse(&text).unwrap();
    assert_eq!(manifest.run.seeds, [7]);
    assert_eq!(manifest.regions[0].fill, [Fill { registers: vec![1], with: FillWith::InitRandom }]);
}

#[test]
fn the_example_in_the_documentation_is_a_manifest() {
    let lines = include_str!("../../../../docs/manifest.md").lines();
    let example: Vec<_> =
        lines.skip_while(|line| *line != "```toml").skip(1).take_while(|line| *line != "```").collect();
    let manifest = parse(&example.join("\n")).unwrap();
    assert_eq!((manifest.regions.len(), manifest.attached.len()), (1, 1));
}

#[test]
fn all_mistakes_are_shown_at_once() {
    insta::assert_snapshot!(complaints(
        r#"[run]
seed = 1
fuel = 0

[[region]]
name = "digits"
program = 3
engine = "interpretor"
role = ["learning", "forwards"]
params = { P0 = 1, P64 = 2, H1 = 3 }
fill = { registers = ["H0"], with = "zeros" }
colour = "red"

[region.source]
kind = "csv"
label = "digit"
scale = 1.5
holdout = -1
order = 4

[[program]]
name = ""
program = "classify.ternsig"
on = "digit"
at = "holdout"
"#
    ));
}

#[test]
fn every_engine_can_be_chosen() {
    for engine in Engine::ALL {
        let text = SMALLEST.replace("[[region]]", &format!("[[region]]\nengine = \"{engine}\""));
        assert_eq!(parse(&text).unwrap().regions[0].engine, engine);
    }
}

#[test]
fn an_unknown_region_is_named() {
    let on =
        format!("{SMALLEST}[[program]]\nname = \"p\"\nprogram = \"p.ternsig\"\non = \"b\"\nat = \"rest\"");
    insta::assert_snapshot!(complaints(&on));
}

#[test]
fn syntax_errors_stand_alone() {
    insta::assert_snapshot!(complaints("[run]\nseeds = [1, 2\nfule = 3\n\n[[region]\nname = \"a\n"));
}

#[test]
fn what_is_missing_and_what_is_too_much() {
    assert_eq!(codes(""), ["missing-key"]);
    assert_eq!(codes("[[region]]"), ["missing-key"; 3]);
    assert_eq!(codes("region = []"), ["missing-key"]);
    assert_eq!(codes("region = 3"), ["wrong-type"]);
    assert_eq!(codes(&format!("run = 1\n{SMALLEST}")), ["wrong-type"]);
    assert_eq!(codes(&format!("run = {{ seeds = [] }}\n{SMALLEST}")), ["empty-list"]);
    assert_eq!(codes(&format!("{SMALLEST}{SMALLEST}")), ["several-regions"]);
    assert_eq!(codes(&SMALLEST.replace("\"a.csv\"", "\"\"")), ["empty-text"]);
    assert_eq!(codes(&SMALLEST.replace("kind =", "epochs = 0, kind =")), ["out-of-range"]);
    assert_eq!(codes(&format!("[runs]\n{SMALLEST}")), ["unknown-key"]);
    let program = "[[program]]\nname = \"p\"\nprogram = \"p.ternsig\"\non = \"a\"\nat = \"holdout\"\n";
    assert_eq!(codes(&format!("{SMALLEST}{program}")), [""; 0]);
    assert_eq!(codes(&format!("{SMALLEST}{program}{program}")), ["duplicate"]);
    let other = program.replace("\"p\"", "\"q\"");
    assert_eq!(codes(&format!("{SMALLEST}{program}{other}")), ["duplicate"]);
}

#[test]
fn a_manifest_that_cannot_be_read_is_named() {
    let error = Manifest::read(Path::new("no/such.toml")).unwrap_err();
    assert!(error.to_string().starts_with("no/such.toml: ") && error.diagnostics().is_empty());
}

#[test]
fn the_plain_message_has_one_line_for_each_mistake() {
    let text = SMALLEST.replace("name", "nome");
    let expected = "firmware/test.toml:2:1: error[missing-key]: [[region]] has no `name`\n\
                    firmware/test.toml:3:1: error[unknown-key]: [[region]] has no key `nome` (did you mean \"name\"?)";
    assert_eq!(parse(&text).unwrap_err().to_string(), expected);
}

#[test]
fn the_manifest_of_the_brains_guide_reads() {
    let guide = include_str!("../../../../docs/brain.md");
    let text = guide.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    // The guide shows one region of the two that it names, and both of what excludes each other.
    let other = "[[region]]\nid = 1\nname = \"planning\"\nprogram = \"p.ternsig\"\n[[region]]\nid = 2\nname = \"dialog\"\n\
                 program = \"d.ternsig\"\n[[region]]\nid = 3\nname = \"hippocampus\"\nprogram = \"h.ternsig\"\n";
    let lines = text.lines().filter(|line| !line.starts_with("every = 100"));
    let text = format!("{}\n{other}", lines.collect::<Vec<_>>().join("\n"));
    let brain = BrainManifest::parse(&text, Path::new("firmware/brain.toml")).unwrap();
    assert_eq!(brain.brain.phases, ["boot", "awake"]);
    assert_eq!(brain.regions[0].inputs, [brain::Wire::Stream]);
    assert_eq!(brain.programs[0].when, brain::When::Rest);
    assert_eq!(brain.barriers[0].parties, [1, 2].into());
    assert_eq!(brain.regions[0].models[&0], Path::new("firmware/regions/representation/encode.ternsig"));
}

#[test]
fn every_mistake_in_the_manifest_of_a_brain_is_told() {
    let text = "[brain]\nspeed = 1\n[[field]]\nid = 0\nwidth = 1\n[[field]]\nid = 0\nwidth = 2\n[[bank]]\nname = \"b\"\nwidth = 0\n\
                [[barrier]]\nid = 1\nparties = [\"nobody\"]\n[[region]]\nid = 1\nname = \"a\"\nprogram = \"/a\"\n\
                [[region]]\nid = 1\nname = \"b\"\nprogram = \"b.ternsig\"\nbanks = { 0 = \"c\" }\ninput = [\"d\"]\nmodels = { x = \"m\" }\n\
                [[program]]\nname = \"p\"\nprogram = \"p.ternsig\"\non = \"a\"\nat = \"dawn\"\n";
    let error = BrainManifest::parse(text, Path::new("brain.toml")).unwrap_err();
    let codes: Vec<_> = error.diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    for code in ["unknown-key", "duplicate", "bad-bank", "unknown-name", "leaves-directory", "wrong-key"] {
        assert!(codes.contains(&code), "{code} is not in {codes:?}");
    }
    let run = "[[region]]\nname = \"a\"\nprogram = \"a\"\n[region.source]\nkind = \"csv\"\npath = \"x\"\n";
    let error = BrainManifest::parse(run, Path::new("run.toml")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "run.toml: this is not the manifest of a brain, which has a [brain] section"
    );
    let brain = "[brain]\n[[region]]\nid = 1\nname = \"a\"\nprogram = \"a\"\n";
    let error = Manifest::parse(brain, Path::new("brain.toml")).unwrap_err();
    assert_eq!(error.to_string(), "brain.toml: this is not the manifest of a data set that a region learns");
}
