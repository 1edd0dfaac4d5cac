//! Whether what wires bring is as long as a program expects.

use super::error::Fault;
use crate::manifest::BrainManifest;
use crate::manifest::brain::Wire;
use ternsig_program::Meta;

/// What does not fit between regions whose programs say how long their inputs and outputs are; the stream's samples have `stream`
/// elements, if it is known.
pub(super) fn faults(manifest: &BrainManifest, metas: &[Option<&Meta>], stream: Option<usize>) -> Vec<Fault> {
    let output = |id: u8| {
        let place = manifest.regions.iter().position(|region| region.id == id)?;
        metas.get(place).copied().flatten()?.output_dim
    };
    let brings = |wire: &Wire| match wire {
        Wire::Stream => stream,
        Wire::Region(id) => output(*id),
    };
    let told = manifest.regions.iter().zip(metas);
    let expecting = told.filter_map(|(region, meta)| Some((region, (*meta)?.input_dim?)));
    expecting
        .filter(|(region, _)| !region.inputs.is_empty())
        .filter_map(|(region, expected)| {
            let brought: usize = region.inputs.iter().map(brings).sum::<Option<usize>>()?;
            let message =
                format!("its wires bring {brought} elements, its program's input_dim is {expected}");
            (brought != expected).then(|| Fault::new(&format!("region \"{}\"", region.name), &message))
        })
        .collect()
}
