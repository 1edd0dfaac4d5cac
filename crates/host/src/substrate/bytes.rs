//! A substrate as bytes, for a host that goes on where it stopped.
//!
//! ```text
//! version u8
//! chemicals 8 · reward i32 · punishment i32 · convergence i32 · tick u64 · phase u8 · level u8 · resting u8
//! rest threshold u8 · coherence 7 · of pairs 21
//! stimulations: length in bytes u64, each i32
//! fields: how many u64, then of each: id u8 · slices u64 · width u64 · retention u8 · age u64 · elements as stimulations
//! ```

use super::state::{Levels, Numbered, State, Valence};
use super::{Clock, Coherence, Field, STIMULATIONS, Substrate};
use crate::store::codec::{Reader, Writer};
use crate::store::{StoreError, StoreErrorKind};

/// The version of the format above.
const VERSION: u8 = 1;
/// What stands for a file in messages.
const PLACE: &str = "the substrate";

type Parsed<T> = Result<T, StoreErrorKind>;

impl Substrate {
    /// Everything that it holds; equal substrates have equal bytes. What a branch has not merged yet is not in those of its
    /// trunk.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let inner = self.lock();
        let State { levels, stimulations, fields, .. } = &inner.state;
        let out = write_levels(Writer::default().u8(VERSION), levels);
        let out = write_values(out, &stimulations.part);
        let defined = fields.iter().flatten().count();
        let numbered = fields.iter().enumerate().filter_map(|(id, field)| Some((id, field.as_ref()?)));
        let out = numbered.fold(out.u64(defined as u64), |out, (id, field)| {
            let field = &field.part;
            let out = out.u8(id as u8).u64(field.slices() as u64).u64(field.width() as u64);
            write_values(out.u8(field.retention()).u64(field.age()), field.data())
        });
        out.finish()
    }

    /// Replaces everything that it holds by what [`to_bytes`](Substrate::to_bytes) gave. Handles and branches stay; branches see
    /// it with the next merge.
    ///
    /// # Errors
    /// The bytes are damaged or of a newer version (Storage); nothing is changed then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let read = read(bytes).map_err(|kind| kind.at(PLACE))?;
        let state = &mut self.lock().state;
        // Numbers of changes go on, so that branches know that everything is new.
        state.changes += 1;
        let change = state.changes;
        state.levels = read.levels;
        state.stimulations = Numbered { change, ..read.stimulations };
        state.fields = read.fields;
        state.fields.iter_mut().flatten().for_each(|field| field.change = change);
        Ok(())
    }
}

fn write_levels(out: Writer, levels: &Levels) -> Writer {
    let Levels { chemicals, valence, convergence, clock, rest_threshold, coherence } = levels;
    out.raw(chemicals)
        .u32(valence.reward.cast_unsigned())
        .u32(valence.punishment.cast_unsigned())
        .u32(convergence.cast_unsigned())
        .u64(clock.tick)
        .raw(&[clock.phase, clock.level, u8::from(clock.resting), *rest_threshold])
        .raw(&coherence.singular)
        .raw(&coherence.pairs)
}

fn write_values(out: Writer, values: &[i32]) -> Writer {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    out.bytes(&bytes)
}

fn read(bytes: &[u8]) -> Parsed<State> {
    let mut input = Reader::new(bytes, "its state");
    let found = input.u8()?;
    if found > VERSION {
        return Err(StoreErrorKind::Newer { found: found.into(), known: VERSION.into() });
    }
    if found != VERSION {
        return Err(input.wrong("has a version that there has never been"));
    }
    let levels = read_levels(&mut input)?;
    let stimulations = read_values(&mut input)?;
    if !matches!(stimulations.len(), 0 | STIMULATIONS) {
        return Err(input.wrong("has another number of stimulation levels than 256"));
    }
    let mut state = State { levels, ..State::default() };
    state.stimulations.part = stimulations;
    for _ in 0..input.u64()? {
        let id = input.u8()?;
        if state.fields.len() > usize::from(id) {
            return Err(input.wrong("names its fields out of order"));
        }
        state.put_field(id, read_field(&mut input)?);
    }
    input.end()?;
    Ok(state)
}

fn read_levels(input: &mut Reader<'_>) -> Parsed<Levels> {
    Ok(Levels {
        chemicals: input.array()?,
        valence: Valence { reward: number(input)?, punishment: number(input)? },
        convergence: number(input)?,
        clock: Clock {
            tick: input.u64()?,
            phase: input.u8()?,
            level: input.u8()?,
            resting: match input.u8()? {
                0 => false,
                1 => true,
                _ => return Err(input.wrong("holds a flag that is neither 0 nor 1")),
            },
        },
        rest_threshold: input.u8()?,
        coherence: Coherence { singular: input.array()?, pairs: input.array()? },
    })
}

fn read_field(input: &mut Reader<'_>) -> Parsed<Field> {
    let mut size = || input.u64().map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    let dimensions = (size()?, size()?);
    let (retention, age) = (input.u8()?, input.u64()?);
    let data = read_values(input)?;
    let field = Field::restored(dimensions, data, retention, age);
    field.ok_or_else(|| input.wrong("has a field with another number of elements than its slices hold"))
}

fn number(input: &mut Reader<'_>) -> Parsed<i32> {
    input.array().map(i32::from_le_bytes)
}

fn read_values(input: &mut Reader<'_>) -> Parsed<Vec<i32>> {
    let (values, rest) = input.bytes()?.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(input.wrong("holds a number that is cut off"));
    }
    Ok(values.iter().map(|&value| i32::from_le_bytes(value)).collect())
}
