//! Whether the inputs are still those that were read, and whether each byte of an archive is accounted for.

use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::finding::{Check, Finding, Findings};
use crate::account::unaccounted;
use crate::error::Error;
use crate::manifest::{MANIFEST, Manifest, RUN, RunRecord, read_json};
use crate::outputs::digest_of;
use crate::progress::{Observer, go_on};

/// Holds the sums of bytes of each archive against its size.
pub(super) fn bytes(manifest: &Manifest, findings: &mut Findings) {
    findings.extend(unaccounted(&manifest.inputs, &manifest.counts.gaps).map(|(file, bytes)| {
        Finding::new(Check::Count, MANIFEST, &format!("inputs: bytes of {}", file.name), file.size, bytes)
    }));
}

/// Reads the inputs again, where `run.json` says that they are. Standard input is passed over.
pub(super) fn digests(
    folder: &Path,
    manifest: &Manifest,
    findings: &mut Findings,
    observer: &dyn Observer,
) -> Result<(), Error> {
    let record: Option<RunRecord> = read_json(&folder.join(RUN));
    let Some(record) = record.filter(|record| record.identity.inputs.len() == manifest.inputs.len()) else {
        findings.add(Finding::new(Check::Input, RUN, "identity.inputs", "the paths of the inputs", "none"));
        return Ok(());
    };
    let inputs: Vec<_> = manifest.inputs.iter().zip(&record.identity.inputs).collect();
    let found = inputs.par_iter().map(|(stated, place)| {
        go_on(observer)?;
        let Some(path) = place.path.as_ref().map(PathBuf::from) else { return Ok(None) };
        let is = match digest_of(&path) {
            Ok((size, digest)) if (size, &digest) == (stated.size, &stated.digest) => return Ok(None),
            Ok((size, digest)) => format!("{size} bytes, {digest}"),
            Err(error) => error.to_string(),
        };
        let expected = format!("{} bytes, {}", stated.size, stated.digest);
        Ok(Some(Finding::new(Check::Input, MANIFEST, &format!("inputs: {}", stated.name), expected, is)))
    });
    let found: Vec<Option<Finding>> = found.collect::<Result<_, Error>>()?;
    findings.extend(found.into_iter().flatten());
    Ok(())
}
