//! Writes the first corpus of each target: `cargo run -p zeroproof-fuzz --example seeds`.
//!
//! Files that are there already stay as they are.

use std::path::Path;

fn main() -> std::io::Result<()> {
    for target in zeroproof_fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        std::fs::create_dir_all(&folder)?;
        let seeds = zeroproof_fuzz::seeds::of(target.name);
        println!("{} {}", target.name, seeds.len());
        for (name, octets) in seeds {
            let file = folder.join(name);
            if !file.exists() {
                std::fs::write(file, octets)?;
            }
        }
    }
    Ok(())
}
