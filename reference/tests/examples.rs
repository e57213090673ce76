//! The examples do what they say.

use std::process::Command;

/// What an example prints; an example that fails prints nothing.
fn output(example: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "zeroproof-reference", "--example", example]);
    let output = cargo.output().map(|output| (output.status.success(), output.stdout));
    match output {
        Ok((true, text)) => String::from_utf8_lossy(&text).into_owned(),
        Ok((false, _)) | Err(_) => String::new(),
    }
}

#[test]
fn push_pull_adds_up_what_two_workers_did() {
    assert_eq!(output("push_pull"), "the sum of the squares is 332833500\n");
}

#[test]
fn req_rep_answers_in_turn() {
    assert_eq!(output("req_rep"), "HELLO\nIS ANYBODY THERE?\n");
}

#[test]
fn pub_sub_hears_the_weather_and_no_sport() {
    let heard = "somebody wants [\"\\x01weather.\"]\n\
                 [\"weather.north\", \"snow\"]\n\
                 [\"weather.south\", \"sun\"]\n\
                 [\"weather.end\", \"\"]\n";
    assert_eq!(output("pub_sub"), heard);
}

#[test]
fn url_pipeline_stores_every_image_though_a_worker_dies() {
    let told = "20 URLs for 3 workers\n\
                a worker died with a job in its hands\n\
                what it had was sent again\n\
                20 images stored\n";
    assert_eq!(output("url_pipeline"), told);
}
