//! The embedded default host of Ternsig: manifests, data sources and the run loop.
#![forbid(unsafe_code)]
