//! Whether a folder is a finished run, and whether its files are those of the run.

use std::collections::BTreeSet;
use std::path::Path;

use gleaner_corpus::FileSummary;

use crate::error::Error;
use crate::frames::KnownFrames;
use crate::manifest::{MANIFEST, Manifest, SUCCESS, Status};
use crate::outputs::{self, OutputFile};
use crate::verify::finding::{Check, Finding, Findings};

/// The files of a run that are there, by table.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) data: Vec<String>,
    pub(super) removed: Vec<String>,
    pub(super) spans: Vec<String>,
    pub(super) rejects: Vec<String>,
}

/// Looks which files there are and which should be.
pub(super) fn files(folder: &Path, manifest: &Manifest, findings: &mut Findings) -> Result<Present, Error> {
    if manifest.status == Status::Limit && folder.join(SUCCESS).exists() {
        let found = "it beside a manifest that says a limit was passed";
        findings.add(Finding::new(Check::File, SUCCESS, "mark of success", "none", found));
    }
    let data_files = manifest.outputs.iter().filter(|file| file.is_data()).count();
    let expected: BTreeSet<String> =
        outputs::names(manifest.job, &manifest.options, data_files).into_iter().collect();
    let stated: BTreeSet<String> = manifest.outputs.iter().map(|file| file.name.clone()).collect();
    let there = there(folder)?;
    for name in expected.union(&stated).chain(&there) {
        let (is_expected, is_there) = (expected.contains(name), there.contains(name));
        if is_expected && !is_there {
            findings.add(Finding::new(Check::File, name, "file", "it", "nothing"));
        } else if is_there && !is_expected {
            findings.add(Finding::new(
                Check::File,
                name,
                "file",
                "nothing",
                "a file that is none of the run",
            ));
        }
        if stated.contains(name) != is_expected {
            let found = if is_expected { "no such file stated" } else { "a name that a run does not give" };
            findings.add(Finding::new(Check::File, MANIFEST, "outputs", name, found));
        }
    }
    for name in [outputs::DOCUMENTS, outputs::PAGES].into_iter().filter(|name| there.contains(*name)) {
        let OutputFile { size, digest, .. } = outputs::digest(folder, name)?;
        let stated = manifest.outputs.iter().find(|file| file.name == name);
        stated.into_iter().for_each(|stated| differ(stated, size, &digest, findings));
    }
    let identity = outputs::identity(&manifest.outputs);
    if manifest.run != identity {
        findings.add(Finding::new(Check::Digest, MANIFEST, "run", identity, &manifest.run));
    }
    let usable = expected.intersection(&there).cloned();
    Ok(usable.fold(Present::default(), |mut present, name| {
        match name.as_str() {
            outputs::REMOVED => present.removed.push(name),
            outputs::SPANS => present.spans.push(name),
            outputs::REJECTS => present.rejects.push(name),
            outputs::FRAMES | outputs::DOCUMENTS | outputs::PAGES | outputs::TEMPLATES => {}
            _ => present.data.push(name),
        }
        present
    }))
}

/// The frames of the run; none, with a finding, where they cannot be read.
pub(super) fn frames(
    folder: &Path,
    stated: &[OutputFile],
    findings: &mut Findings,
) -> Result<KnownFrames, Error> {
    let path = folder.join(outputs::FRAMES);
    if !path.exists() {
        return Ok(KnownFrames::default());
    }
    let OutputFile { name, size, digest } = outputs::digest(folder, outputs::FRAMES)?;
    if let Some(stated) = stated.iter().find(|file| file.name == name) {
        differ(stated, size, &digest, findings);
    }
    match KnownFrames::read(&path) {
        Ok(frames) => Ok(frames),
        Err(error) => {
            findings.add(Finding::new(Check::File, &name, "frames", "lines of frames", error));
            Ok(KnownFrames::default())
        }
    }
}

/// Holds the templates of sites against what the run wrote.
pub(super) fn templates(folder: &Path, stated: &[OutputFile], findings: &mut Findings) -> Result<(), Error> {
    let stated = stated.iter().find(|file| file.name == outputs::TEMPLATES);
    if let Some(stated) = stated.filter(|file| folder.join(&file.name).exists()) {
        let OutputFile { size, digest, .. } = outputs::digest(folder, outputs::TEMPLATES)?;
        differ(stated, size, &digest, findings);
    }
    Ok(())
}

/// What stands where the files of a run stand, hidden files left out.
fn there(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut there = BTreeSet::new();
    for name in ["data", "removed", "index", "site-templates"] {
        there.extend(outputs::list(&folder.join(name))?.into_iter().map(|file| format!("{name}/{file}")));
    }
    if folder.join(outputs::REJECTS).exists() {
        there.insert(outputs::REJECTS.to_owned());
    }
    Ok(there)
}

/// Holds what was read of the files against what the run wrote.
pub(super) fn check_digests(stated: &[OutputFile], read: &[FileSummary], findings: &mut Findings) {
    for file in read {
        let Some(stated) = stated.iter().find(|stated| stated.name == file.name) else { continue };
        differ(stated, file.size, &file.digest, findings);
    }
}

/// Names what of a file is not as stated.
fn differ(stated: &OutputFile, size: u64, digest: &str, findings: &mut Findings) {
    if stated.size != size {
        let (expected, found) = (format!("{} bytes", stated.size), format!("{size} bytes"));
        findings.add(Finding::new(Check::Digest, &stated.name, "size", expected, found));
    }
    if stated.digest != digest {
        findings.add(Finding::new(Check::Digest, &stated.name, "digest", &stated.digest, digest));
    }
}
