//! A copy of the firmware that a test may change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ternsig_bank::EdgeType;
use ternsig_host::banks::WritePolicy;
use ternsig_host::brain::{Brain, Mode};
use ternsig_host::manifest::BrainManifest;
use ternsig_host::manifest::brain::BrainRegion;
use ternsig_host::store::Blobs;
use ternsig_host::{Memory, Store};
use ternsig_isa::InstructionSet;
use ternsig_vm::{Interpreter, Machine};

/// The extensions that marks are made for, each in a register of its own from this one on, which no program uses.
pub(crate) const MARKED: [&str; 11] = [
    "tensor",
    "ternary",
    "activation",
    "learning",
    "neuro",
    "arch",
    "orchestration",
    "lifecycle",
    "ipc",
    "bank",
    "sampling",
];
const FIRST_MARK: usize = 25;

pub(crate) struct Firmware(tempfile::TempDir);

impl Firmware {
    pub(crate) fn copy() -> Firmware {
        let firmware = Firmware(tempfile::tempdir().unwrap());
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware");
        fs::copy(from.join("brain.toml"), firmware.path("brain.toml")).unwrap();
        for part in ["digits", "regions", "boot", "evolve", "sleep"] {
            copy(&from.join(part), &firmware.path(part));
        }
        firmware
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Puts a new version of every program in place of the old one, as editors do that never leave half a file; which these are.
    pub(crate) fn edit_all(&self) -> BTreeSet<PathBuf> {
        let all = self.programs();
        for path in &all {
            let text = fs::read_to_string(path).unwrap();
            let edited = text.replace("    halt", "    nop\n    halt");
            assert!(edited != text, "{}", path.display());
            self.write("unfinished", &edited);
            fs::rename(self.path("unfinished"), path).unwrap();
        }
        all
    }

    /// The programs of all regions.
    fn programs(&self) -> BTreeSet<PathBuf> {
        let manifest = self.manifest();
        manifest.regions.iter().flat_map(|region| programs(&manifest, region)).collect()
    }

    pub(crate) fn manifest(&self) -> BrainManifest {
        BrainManifest::parse(&self.read("brain.toml"), &self.path("brain.toml")).unwrap()
    }

    pub(crate) fn boot(&self, mode: Mode) -> Brain {
        self.boot_on(Store::in_memory().unwrap(), mode)
    }

    pub(crate) fn boot_from(&self, store: &str, mode: Mode) -> Brain {
        self.boot_on(Store::open_or_create(self.path(store)).unwrap(), mode)
    }

    fn boot_on(&self, store: Store, mode: Mode) -> Brain {
        let memory = Memory::new(store, WritePolicy::BACK).unwrap();
        Brain::boot_with(self.manifest(), memory, &Arc::default(), mode).unwrap()
    }

    /// The extensions that any of these programs requires.
    pub(crate) fn required(&self, programs: &[PathBuf]) -> BTreeSet<String> {
        let texts = programs.iter().map(|path| fs::read_to_string(path).unwrap());
        texts
            .flat_map(|text| {
                MARKED.into_iter().filter(move |name| text.contains(&format!("\n    {name} 0x")))
            })
            .map(str::to_owned)
            .collect()
    }

    /// Has every program put a mark behind each instruction of an extension that it has executed.
    pub(crate) fn mark(&self) {
        for path in self.programs() {
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<String> = text.lines().map(marked).collect();
            fs::write(&path, lines.join("\n")).unwrap();
        }
    }

    /// The extensions that have left their mark on the machines of a region; the brain has been saved.
    pub(crate) fn marked(&self, brain: &Brain, region: &BrainRegion) -> BTreeSet<&'static str> {
        let mut marks: BTreeSet<_> = brain.machine(region.id, marks).unwrap();
        for (slot, path) in &region.models {
            let program =
                ternsig_asm::assemble(&fs::read_to_string(path).unwrap(), &InstructionSet::standard());
            let mut model = Interpreter::from_program(&program.into_result().unwrap()).unwrap();
            let name = format!("brain/model/{slot}/{}", region.name);
            let bytes = brain.memory().store().blob(Blobs::Snapshots, name.as_bytes()).unwrap();
            model.restore(&bytes.unwrap()).unwrap();
            marks.extend(self::marks(model.machine()));
        }
        marks
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The programs of a region: its own, its models and those that run on it.
pub(crate) fn programs(manifest: &BrainManifest, region: &BrainRegion) -> Vec<PathBuf> {
    let attached = manifest.programs.iter().filter(|program| program.on == region.id);
    let attached = attached.map(|program| &program.program);
    [&region.program].into_iter().chain(region.models.values()).chain(attached).cloned().collect()
}

fn marked(line: &str) -> String {
    let mnemonic = line.split_whitespace().next().unwrap_or_default();
    let extension = mnemonic.split_once('.').map_or("", |(extension, _)| extension);
    match MARKED.iter().position(|name| *name == extension) {
        Some(place) => format!("{line}\n    set H{}, 1", FIRST_MARK + place),
        None => line.to_owned(),
    }
}

fn marks(machine: &Machine) -> BTreeSet<&'static str> {
    let is_marked =
        |place: usize| machine.hot(FIRST_MARK + place).is_some_and(|register| register.data() == [1]);
    (0..MARKED.len()).filter(|place| is_marked(*place)).map(|place| MARKED[place]).collect()
}

/// What a brain has saved of the host and of the substrate.
pub(crate) fn shared(brain: &Brain) -> [Option<Vec<u8>>; 2] {
    ["brain/state", "brain/substrate"]
        .map(|name| brain.memory().store().blob(Blobs::Snapshots, name.as_bytes()).unwrap())
}

/// The registers of a region, with all that they hold.
pub(crate) fn registers(brain: &Brain, region: u8) -> Vec<String> {
    let dump = |machine: &Machine| {
        let hot =
            (0..64).filter_map(|index| machine.hot(index).map(|hot| format!("H{index} {:?}", hot.data())));
        let cold = (0..64).filter_map(|index| {
            let cold = machine.cold(index)?;
            Some(format!("C{index} {:?} {:?} {}", cold.signals(), cold.temperatures(), cold.is_frozen()))
        });
        hot.chain(cold).collect()
    };
    brain.machine(region, dump).unwrap()
}

/// The kind of each link in the banks.
pub(crate) fn links(brain: &Brain) -> Vec<EdgeType> {
    brain.memory().banks().read(|cluster| {
        let records = cluster.banks().flat_map(|bank| bank.ids().filter_map(|id| bank.record(id)));
        records.flat_map(|record| record.edges.iter().map(|edge| edge.kind)).collect()
    })
}
