//! Puts a peer beside the build, without root: everything is made in a directory of its own name
//! and renamed into place when it is whole, so an installation is there or it is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::registry::{Entry, entry};
use super::{Peer, PeersError, place};

/// What an installation was made from; written last, compared before use.
const STAMP: &str = "installed.json";
/// Leavings of an installation that was killed are removed after this.
const STALE: Duration = Duration::from_secs(3600);
/// How much of a failed command's output is shown.
const OUTPUT_LINES: usize = 15;

/// One installation at a time in a process; between processes the rename decides.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Installs a peer; at once when it is installed already. A broken or outdated installation is
/// replaced. `progress` hears what is being done, a line at a time.
///
/// # Errors
/// `Unknown`, `Missing` with the way to get it, `Step` with the output of the command, `Io`.
pub fn install(name: &str, progress: &mut dyn FnMut(&str)) -> Result<Peer, PeersError> {
    install_below(&place::directory(), &entry(name)?, progress)
}

pub(super) fn install_below(
    root: &Path,
    entry: &Entry,
    progress: &mut dyn FnMut(&str),
) -> Result<Peer, PeersError> {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let Err(reason) = ready(root, entry) else { return ready(root, entry) };
    progress(&format!("{}: installing, since {reason}", entry.name));
    for need in &entry.needs {
        let probe = place::fill_in(&need.probe, root);
        if run(&entry.name, &probe).is_err() {
            let (what, fix) = (need.what.clone(), need.fix.clone());
            return Err(PeersError::Missing { name: entry.name.clone(), what, fix });
        }
    }
    fs::create_dir_all(root).map_err(|error| io(root, &error))?;
    remove_stale(root);
    let partial = root.join(format!(".{}-{}.partial", entry.name, std::process::id()));
    let made =
        build(&partial, entry, progress).and_then(|()| put_into_place(&partial, root, entry));
    if made.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    made?;
    let peer = ready(root, entry)?;
    progress(&format!("{}: installed in {}", entry.name, root.join(&entry.name).display()));
    Ok(peer)
}

/// The peer, if its installation is whole and of today's registry.
pub(super) fn ready(root: &Path, entry: &Entry) -> Result<Peer, PeersError> {
    let here = root.join(&entry.name);
    let not = |why: &str| PeersError::NotInstalled { name: entry.name.clone(), why: why.into() };
    let made_from = fs::read_to_string(here.join(STAMP)).map_err(|_| not("it is not there"))?;
    if made_from != stamp(entry)? {
        return Err(not("it is of another version"));
    }
    let argv = place::fill_in(&entry.command, &here);
    let gone = |program: &String| program.contains('/') && !Path::new(program).exists();
    if argv.first().is_none_or(gone) {
        return Err(not("the program it runs on has gone"));
    }
    write_adapter(&here, entry)?;
    Ok(Peer { name: entry.name.clone(), title: entry.title.clone(), argv })
}

/// Keeps the adapter on disk equal to the embedded one, also after an upgrade of the suite.
fn write_adapter(here: &Path, entry: &Entry) -> Result<(), PeersError> {
    for (name, source) in entry.sources()? {
        let path = here.join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == source) {
            continue;
        }
        let folder = path.parent().unwrap_or(here);
        fs::create_dir_all(folder).map_err(|error| io(folder, &error))?;
        let new = folder.join(format!(".new-{}", std::process::id()));
        fs::write(&new, source).map_err(|error| io(&new, &error))?;
        fs::rename(&new, &path).map_err(|error| io(&path, &error))?;
    }
    Ok(())
}

/// All that an installation depends on.
fn stamp(entry: &Entry) -> Result<String, PeersError> {
    let sources = if entry.compiled { entry.sources()? } else { Vec::new() };
    serde_json::to_string(&(&entry.install, sources))
        .map_err(|error| PeersError::Registry { why: error.to_string() })
}

fn build(here: &Path, entry: &Entry, progress: &mut dyn FnMut(&str)) -> Result<(), PeersError> {
    let _ = fs::remove_dir_all(here);
    fs::create_dir_all(here).map_err(|error| io(here, &error))?;
    write_adapter(here, entry)?;
    for step in &entry.install {
        let step = place::fill_in(step, here);
        progress(&format!("{}: {}", entry.name, step.join(" ")));
        run(&entry.name, &step)?;
    }
    let path = here.join(STAMP);
    fs::write(&path, stamp(entry)?).map_err(|error| io(&path, &error))
}

/// Renames the whole installation into place, unless another process was first.
fn put_into_place(partial: &Path, root: &Path, entry: &Entry) -> Result<(), PeersError> {
    let here = root.join(&entry.name);
    if ready(root, entry).is_err() && here.exists() {
        let broken = partial.with_extension("broken.partial");
        fs::rename(&here, &broken).map_err(|error| io(&here, &error))?;
        let _ = fs::remove_dir_all(&broken);
    }
    match fs::rename(partial, &here) {
        Err(error) if ready(root, entry).is_err() => Err(io(&here, &error)),
        _ => {
            let _ = fs::remove_dir_all(partial);
            Ok(())
        }
    }
}

fn remove_stale(root: &Path) {
    let old = |path: &PathBuf| {
        let named = path.extension().is_some_and(|extension| extension == "partial");
        let changed = path.metadata().and_then(|data| data.modified());
        named
            && changed.is_ok_and(|time| {
                SystemTime::now().duration_since(time).unwrap_or_default() > STALE
            })
    };
    for path in fs::read_dir(root).into_iter().flatten().flatten().map(|found| found.path()) {
        if old(&path) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// Runs a command to its end; what it wrote is shown only if it fails.
fn run(name: &str, argv: &[String]) -> Result<(), PeersError> {
    let failed = |output: String| PeersError::Step {
        name: name.to_owned(),
        command: argv.join(" "),
        output,
    };
    let (program, words) = argv.split_first().ok_or_else(|| failed("no command".into()))?;
    let ended = Command::new(program).args(words).stdin(Stdio::null()).output();
    let ended = ended.map_err(|error| failed(error.to_string()))?;
    if ended.status.success() {
        return Ok(());
    }
    let wrote = [ended.stdout, ended.stderr].concat();
    let wrote = String::from_utf8_lossy(&wrote);
    let lines: Vec<&str> = wrote.lines().collect();
    let last = lines.iter().skip(lines.len().saturating_sub(OUTPUT_LINES));
    let last = last.copied().collect::<Vec<_>>().join("\n");
    Err(failed(format!("{}\n{last}", ended.status)))
}

fn io(path: &Path, error: &std::io::Error) -> PeersError {
    PeersError::Io { path: path.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::Need;

    fn quiet(root: &Path, entry: &Entry) -> Result<Peer, PeersError> {
        install_below(root, entry, &mut |_| {})
    }

    /// Makes a virtual environment (seconds), the one thing here that needs an index of packages.
    #[test]
    fn a_broken_installation_is_repaired_and_a_whole_one_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let (root, libzmq) = (root.path(), entry("libzmq").unwrap());
        let here = root.join("libzmq");
        fs::create_dir_all(here.join("venv/bin")).unwrap();
        fs::write(here.join("venv/bin/python"), "not one").unwrap();
        assert!(matches!(ready(root, &libzmq), Err(PeersError::NotInstalled { .. })));

        let mut said = Vec::new();
        let peer = install_below(root, &libzmq, &mut |line| said.push(line.to_owned())).unwrap();
        assert!(said.iter().any(|line| line.contains("pyzmq==")), "{said:?}");
        let names: Vec<_> = fs::read_dir(root).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["libzmq"], "nothing is left beside it");

        fs::write(here.join("adapter.py"), "of an older suite").unwrap();
        let again = install_below(root, &libzmq, &mut |line| panic!("{line}")).unwrap();
        assert_eq!(again, peer);
        let adapter = fs::read_to_string(here.join("adapter.py")).unwrap();
        assert_eq!(adapter, libzmq.sources().unwrap()[0].1);

        let another = vec!["pip".into(), "x==1".into()];
        let newer = Entry { install: [libzmq.install.clone(), vec![another]].concat(), ..libzmq };
        let error = ready(root, &newer).unwrap_err().to_string();
        assert!(error.contains("of another version"), "{error}");
    }

    #[test]
    fn what_the_machine_lacks_is_said_with_the_way_to_get_it() {
        let root = tempfile::tempdir().unwrap();
        let need = |probe: &[&str]| Need {
            probe: probe.iter().map(|word| (*word).to_owned()).collect(),
            what: "a flux capacitor".into(),
            fix: "ask Emmett".into(),
        };
        for probe in [&["/no/such/program"][..], &["sh", "-c", "exit 1"]] {
            let entry = Entry { needs: vec![need(probe)], ..entry("libzmq").unwrap() };
            let error = quiet(root.path(), &entry).unwrap_err().to_string();
            assert_eq!(error, "libzmq needs a flux capacitor: ask Emmett");
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_step_that_fails_shows_its_last_lines() {
        let script =
            "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; done; echo no >&2; exit 3";
        let argv = ["sh", "-c", script].map(String::from);
        let error = run("x", &argv).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("line 40\nno"), "{error}");
        assert!(!error.contains("line 20\n"), "{error}");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let entry = Entry { needs: Vec::new(), ..entry("libzmq").unwrap() };
        let error = quiet(&file, &entry).unwrap_err().to_string();
        assert!(error.contains("file:") && error.contains("ZEROPROOF_PEERS"), "{error}");
    }
}
