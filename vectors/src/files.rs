//! The data files of a folder, for third parties who keep their own.

use crate::error::{Error, Fault};
use std::fs;
use std::path::Path;

/// Name and text of every `.json` file in `folder`, in the order of the names.
pub(crate) fn read(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let unreadable = |path: &Path, why: std::io::Error| Error {
        file: path.display().to_string(),
        id: None,
        field: None,
        fault: Fault::Unreadable(why.to_string()),
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|why| unreadable(folder, why))? {
        let path = entry.map_err(|why| unreadable(folder, why))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let text = |path: &Path| fs::read_to_string(path).map_err(|why| unreadable(path, why));
    paths.iter().map(|path| Ok((path.display().to_string(), text(path)?))).collect()
}
