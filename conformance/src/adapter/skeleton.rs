//! Adapters to begin with: the protocol whole, and a toy where a library goes. The sources are in
//! `conformance/adapters/skeleton/`, a folder a language, and embedded: an installed program needs
//! no checkout. Deliberately absent: anything that is fetched or built here.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A language there is a skeleton of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3.
    Python,
    /// C11 on POSIX.
    C,
    /// Java 17.
    Java,
    /// JavaScript on node.
    Js,
    /// Rust 2021.
    Rust,
}

/// Why a skeleton was not written. Nothing was, then.
#[derive(Debug)]
pub enum SkeletonError {
    /// A file is there already.
    Exists(PathBuf),
    /// A file or folder cannot be written.
    Io(PathBuf, io::Error),
}

impl fmt::Display for SkeletonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => {
                write!(f, "{} is there already, and is not overwritten: ", path.display())?;
                write!(f, "name another folder")
            }
            Self::Io(path, error) => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for SkeletonError {}

macro_rules! sources {
    ($($name:literal = $path:literal)*) => {
        &[$(($name, include_str!(concat!("../../adapters/", $path)))),*]
    };
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Python, Self::C, Self::Java, Self::Js, Self::Rust];

    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::C => "c",
            Self::Java => "java",
            Self::Js => "js",
            Self::Rust => "rust",
        }
    }

    /// Its files, each with its path below the folder and its text.
    fn sources(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Python => sources! {
                "adapter.py" = "skeleton/python/adapter.py"
                "library.py" = "skeleton/python/library.py"
            },
            Self::C => sources! {
                "adapter.c" = "skeleton/c/adapter.c"
                "library.c" = "skeleton/c/library.c"
                "library.h" = "skeleton/c/library.h"
                "json.h" = "libzmq/json.h"
            },
            Self::Java => sources! {
                "Adapter.java" = "skeleton/java/Adapter.java"
                "Library.java" = "skeleton/java/Library.java"
                "Json.java" = "skeleton/java/Json.java"
            },
            Self::Js => sources! {
                "adapter.js" = "skeleton/js/adapter.js"
                "library.js" = "skeleton/js/library.js"
            },
            Self::Rust => sources! {
                "Cargo.toml" = "skeleton/rust/Cargo.toml"
                "src/main.rs" = "skeleton/rust/src/main.rs"
                "src/library.rs" = "skeleton/rust/src/library.rs"
            },
        }
    }

    /// The file where a library goes, below the folder.
    pub const fn library(self) -> &'static str {
        match self {
            Self::Python => "library.py",
            Self::C => "library.c",
            Self::Java => "Library.java",
            Self::Js => "library.js",
            Self::Rust => "src/library.rs",
        }
    }

    /// The command that builds it; none where nothing is to be built. For a shell, in which `{}` is
    /// the folder.
    pub const fn build(self) -> Option<&'static str> {
        match self {
            Self::Python | Self::Js => None,
            Self::C => Some("cc -O2 -o {}/adapter {}/adapter.c {}/library.c"),
            Self::Java => Some("javac -d {} {}/*.java"),
            Self::Rust => {
                Some("cargo build --release --manifest-path {}/Cargo.toml --target-dir {}/target")
            }
        }
    }

    /// The command that starts it; `{}` is the folder.
    pub const fn start(self) -> &'static str {
        match self {
            Self::Python => "python3 {}/adapter.py",
            Self::C => "{}/adapter",
            Self::Java => "java -cp {} Adapter",
            Self::Js => "node {}/adapter.js",
            Self::Rust => "{}/target/release/adapter",
        }
    }

    /// Writes its files into a folder, which is made; the paths written. A file that is there
    /// already stays as it is, and nothing is written.
    ///
    /// # Errors
    /// `Exists`, `Io`.
    pub fn write(self, folder: &Path) -> Result<Vec<PathBuf>, SkeletonError> {
        let sources = self.sources();
        let paths: Vec<PathBuf> = sources.iter().map(|(name, _)| folder.join(name)).collect();
        if let Some(path) = paths.iter().find(|path| path.exists()) {
            return Err(SkeletonError::Exists(path.clone()));
        }
        for (path, (_, text)) in paths.iter().zip(sources) {
            create(path, text).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => SkeletonError::Exists(path.clone()),
                _ => SkeletonError::Io(path.clone(), error),
            })?;
        }
        Ok(paths)
    }
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
