//! Data sets: labelled samples of integers, the order in which they are streamed, and those that are held out.

pub mod csv;
pub mod dataset;
pub mod error;
pub mod holdout;
pub mod order;

pub use csv::{CsvOptions, LabelColumn};
pub use dataset::{Dataset, Sample};
pub use error::{SourceError, SourceErrorKind};
pub use holdout::Split;
pub use order::Generator;
