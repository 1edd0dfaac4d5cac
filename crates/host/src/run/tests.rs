use super::*;
use crate::engine::Engine;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Learns nothing: its scores are its input.
const ECHO: &str =
    ".meta\n name \"echo\"\n.registers\n H0: i32[2]\n.program\n load_input H0\n store_output H0\n halt\n";

const MANIFEST: &str = r#"
[[region]]
name = "echo"
program = "echo.ternsig"
source = { kind = "csv", path = "data.csv", holdout = 2, epochs = 2, scale = 3 }
"#;

/// Eight samples; the greater feature is the class, except in the last.
const DATA: &str = "9,1,a\n8,2,a\n7,3,a\n6,4,a\n1,9,b\n2,8,b\n3,7,b\n6,4,b\n";

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [("echo.ternsig", ECHO), ("data.csv", DATA)].iter().chain(files) {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn run_in(directory: &TempDir, manifest: &str) -> Result<RunReport, RunError> {
    let manifest = Manifest::parse(manifest, &directory.path().join("run.toml")).unwrap();
    run(&manifest, &Arc::new(ExtensionRegistry::standard()), None, &mut Silent)
}

/// What a run with these files fails with, without the directory.
fn failure(files: &[(&str, &str)], manifest: &str) -> String {
    let directory = directory(files);
    let text = run_in(&directory, manifest).unwrap_err().to_string();
    text.replace(&format!("{}/", directory.path().display()), "")
}

#[test]
fn samples_are_answered_and_counted() {
    let directory = directory(&[]);
    let report = run_in(&directory, &MANIFEST.replace("holdout = 2", "holdout = 7")).unwrap();
    assert_eq!((report.training, report.holdout), (1, 7));
    assert_eq!(report.classes, ["a", "b"]);
    let seed = &report.seeds[0];
    assert_eq!((seed.seed, seed.learned, seed.epochs.len()), (1, 2, 2));
    let confusion = report.confusion();
    assert_eq!(confusion.score().of, 7);
    assert_eq!(confusion.row(0)[1], 0, "no a looks like a b");
    assert_eq!(report.mean(), report.minimum());
}

#[test]
fn the_target_names_the_class_while_learning_and_is_empty_afterwards() {
    // The program fails an assertion unless the target is what it should be: one class at 255 in learning, none after.
    let told = "
.requires
    test 0x000A
.registers
    H0: i32[2]
    H1: i32[2]
    H2: i32[1]
.program
    load_input H0
    store_output H0
    load_target H1
    if_zero H1, done
    test.test_begin 1
    max_reduce H2, H1
    test.assert_range H2, 255, 255
    reduce_avg H2, H1, 0, 2
    test.assert_range H2, 127, 127
    test.test_end
done:
    halt
";
    let directory = directory(&[("echo.ternsig", told)]);
    run_in(&directory, MANIFEST).unwrap();
    let examiner = told.replace(".registers\n    H0: i32[2]\n    H1: i32[2]\n    H2: i32[1]\n", "");
    let examiner = examiner
        .replace("if_zero H1, done", "if_nonzero H1, fail")
        .replace("    test.test_begin 1", "    halt\nfail:\n    test.test_begin 1");
    let examiner = examiner.replace("test.assert_range H2, 255, 255", "test.assert_range H2, 0, 0");
    fs::write(directory.path().join("examine.ternsig"), examiner).unwrap();
    run_in(&directory, &attached("examine.ternsig")).unwrap();
}

fn attached(program: &str) -> String {
    format!("{MANIFEST}[[program]]\nname = \"x\"\nprogram = \"{program}\"\non = \"echo\"\nat = \"holdout\"\n")
}

#[test]
fn held_out_samples_leave_no_trace_on_the_learner() {
    // H1 counts the runs of the machine; on the copy it begins with those of the learner.
    let counting = "
.registers
    H0: i32[2]
    H1: i32[1]
    H2: i32[1]
.program
    load_input H0
    store_output H0
    set H2, 1
    add H1, H1, H2
    store_output H1
    halt
";
    let directory = directory(&[("echo.ternsig", counting), ("data.csv", "1,2,a\n3,4,a\n5,6,a\n")]);
    let manifest = MANIFEST.replace("holdout = 2", "holdout = 1");
    let manifest = Manifest::parse(&manifest, &directory.path().join("run.toml")).unwrap();
    let region =
        Region::load(&manifest, &manifest.regions[0], &Arc::new(ExtensionRegistry::standard()), &mut Silent)
            .unwrap();
    let mut learner = region.begin(1).unwrap();
    learner.forward_i32(&[1, 2]).unwrap();
    let mut examined = region.examine(learner.machine()).unwrap();
    assert_eq!(examined.forward_i32(&[1, 2]).unwrap(), [2]);
    assert_eq!(examined.forward_i32(&[1, 2]).unwrap(), [3]);
    assert_eq!(learner.forward_i32(&[1, 2]).unwrap(), [2]);
}

#[test]
fn params_and_fillings_are_there_from_the_beginning() {
    let source = "
.registers
    C3: ternary[2,2]
    H0: i32[2]
.program
    load_input H0
    ternary_matmul H0, C3, H0
    store_output H0
    halt
";
    let directory = directory(&[("echo.ternsig", source)]);
    let text = format!(
        "{MANIFEST}params = {{ P5 = -7 }}\nfill = {{ registers = [\"C3\"], with = \"init_random\" }}"
    );
    let manifest = Manifest::parse(&text, &directory.path().join("run.toml")).unwrap();
    let region =
        Region::load(&manifest, &manifest.regions[0], &Arc::new(ExtensionRegistry::standard()), &mut Silent)
            .unwrap();
    let weights = |seed| region.begin(seed).unwrap().machine().cold(3).unwrap().signals().to_vec();
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
    assert_eq!(region.begin(1).unwrap().machine().param(5), -7);
}

#[test]
fn a_run_is_the_same_every_time_and_every_seed_is_its_own() {
    let directory = directory(&[]);
    let text = format!("run = {{ seeds = [3, 4, 3] }}\n{MANIFEST}");
    let report = run_in(&directory, &text).unwrap();
    let found = |i: usize| (&report.seeds[i].epochs, &report.seeds[i].online, &report.seeds[i].confusion);
    assert_eq!(found(0), found(2));
    assert_eq!([3, 4, 3].as_slice(), report.seeds.iter().map(|seed| seed.seed).collect::<Vec<_>>());
}

#[test]
fn failures_say_where_and_why() {
    let hlat = ECHO.replace("halt", "hlat");
    assert!(
        failure(&[("echo.ternsig", &hlat)], MANIFEST).starts_with("echo.ternsig: error[unknown-mnemonic]")
    );
    let yields = ECHO
        .replace(".registers", ".requires\n neuro 0x0005\n.registers")
        .replace(" store", " neuro.stim_read H0\n store");
    let text = failure(&[("echo.ternsig", &yields)], MANIFEST);
    assert!(text.starts_with("echo.ternsig:9: instruction 1 asks for "), "{text}");
    assert!(text.contains("while learning sample "), "{text}");
    let mute = ECHO.replace(" store_output H0\n", "");
    let text = failure(&[("echo.ternsig", &mute)], MANIFEST);
    assert_eq!(text, "echo.ternsig: the output has 0 elements, one for each of the 2 classes is needed");
    let all = MANIFEST.replace("holdout = 2", "holdout = 9");
    assert_eq!(failure(&[], &all), "data.csv: all 8 samples are held out, nothing is left to learn");
    assert_eq!(failure(&[("data.csv", "1,2,3\n1,x,3\n")], MANIFEST).split(": ").next(), Some("data.csv:2"));
    let text = failure(&[], &attached("echo.ternsig"));
    assert!(text.starts_with("echo.ternsig: the program declares registers"), "{text}");
    let fuel = format!("run = {{ fuel = 1 }}\n{MANIFEST}");
    assert!(
        failure(&[], &fuel).starts_with("echo.ternsig:6: out of fuel before instruction 0 (while learning")
    );
    let fill = format!("{MANIFEST}fill = {{ registers = [\"C0\"], with = \"init_random\" }}");
    assert!(failure(&[], &fill).starts_with("echo.ternsig: "));
}

#[test]
fn a_program_may_not_go_beyond_its_roles() {
    let learns = "
.requires
    learning 0x0004
.registers
    C0: ternary[2,2]
    H0: i32[2]
.program
    load_input H0
    store_output H0
    learning.mastery_outer C0, H0, H0
    halt
";
    let files = [("echo.ternsig", learns)];
    let text = failure(&files, &format!("{MANIFEST}role = \"forward\""));
    assert!(text.contains("mastery_outer") && text.contains("role"), "{text}");
    run_in(&directory(&files), &format!("{MANIFEST}role = \"learning\"")).unwrap();
}

#[test]
fn progress_is_told_of_every_step() {
    #[derive(Default)]
    struct Count {
        begun: Vec<u64>,
        planned: u64,
        learned: u64,
        epochs: usize,
        ended: usize,
        loaded: usize,
    }
    impl Progress for Count {
        fn loaded(&mut self, _: &crate::LoadedProgram) {
            self.loaded += 1;
        }
        fn begin(&mut self, plan: &Plan<'_>) {
            self.planned = plan.samples * plan.seeds.len() as u64;
        }
        fn begin_seed(&mut self, seed: u64) {
            self.begun.push(seed);
        }
        fn learned(&mut self) {
            self.learned += 1;
        }
        fn end_epoch(&mut self, _: u64, _: &EpochReport) {
            self.epochs += 1;
        }
        fn end_seed(&mut self, _: &SeedReport) {
            self.ended += 1;
        }
    }
    let directory = directory(&[]);
    let text = format!("run = {{ seeds = [5, 6] }}\n{MANIFEST}");
    let manifest = Manifest::parse(&text, &directory.path().join("run.toml")).unwrap();
    let mut count = Count::default();
    run(&manifest, &Arc::new(ExtensionRegistry::standard()), None, &mut count).unwrap();
    assert_eq!((count.begun.as_slice(), count.planned, count.learned), ([5, 6].as_slice(), 24, 24));
    assert_eq!((count.epochs, count.ended, count.loaded), (4, 2, 1));
}

/// The shipped firmware, on few of the shipped images.
#[test]
fn the_shipped_digits_are_learned() {
    let firmware = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/digits");
    let mut manifest = Manifest::read(&firmware.join("digits.toml")).unwrap();
    let entry = &mut manifest.regions[0];
    let mut text = String::new();
    let packed = fs::File::open(&entry.source.path).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    assert_eq!(text.lines().count(), 1797);
    let few: Vec<_> = text.lines().take(260).collect();
    let directory = directory(&[("data.csv", &few.join("\n"))]);
    entry.source.path = directory.path().join("data.csv");
    (entry.source.holdout, entry.source.epochs) = (60, 1);
    manifest.run.seeds = vec![1];
    let registry = Arc::new(ExtensionRegistry::standard());
    let report = run(&manifest, &registry, None, &mut Silent).unwrap();
    assert_eq!(report.confusion().score().of, 60);
    // After 200 images once each; chance would be a tenth.
    assert!(report.mean().unwrap() > 0.8, "{}", report.confusion().score());
    for engine in [Engine::Jit, Engine::Auto, Engine::Crosscheck] {
        manifest.regions[0].engine = engine;
        let other = run(&manifest, &registry, None, &mut Silent).unwrap();
        assert_eq!(other.confusion(), report.confusion(), "{engine}");
        // When the background is done with compiling is not known.
        let entered = other.seeds[0].native.as_ref().is_some_and(|native| native.entered > 0);
        assert!(entered || engine == Engine::Auto, "{engine}");
    }
    // The learning program answers as the one that only answers.
    manifest.attached.clear();
    assert_eq!(run(&manifest, &registry, None, &mut Silent).unwrap().confusion(), report.confusion());
}
