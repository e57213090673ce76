//! The `zeroproof` program.

fn main() -> std::process::ExitCode {
    zeroproof_conformance::cli::main()
}
