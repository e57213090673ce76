//! Images of many URLs: a ventilator deals URLs out, workers fetch them, a sink stores what came.
//!
//! ```text
//! urls.txt --> PUSH ventilator --URL--> PULL worker PUSH --URL, image--> PULL sink --> files
//!              PULL <----------------------URL, stored------------------- PUSH
//! ```
//!
//! Queues take the place of shared lists and locks: workers come and go. One of them dies, and what
//! it held dies with it; the ventilator sends again what the sink has not confirmed. So each image
//! is fetched at least once, some perhaps twice, and storing one twice does no harm.
//! `cargo run --example url_pipeline`

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use zeroproof_reference::SocketType::{Pull, Push};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::socket::monitor::Event;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const IMAGES: usize = 20;
const WORKERS: usize = 3;

/// The smallest of HTTP servers: whatever is asked for is a grey image of one pixel.
async fn serve(listener: TcpListener) -> Outcome {
    loop {
        let mut stream = BufReader::new(listener.accept().await?.0);
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 2 {
            line.clear();
        }
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nP2 1 1 255 127\n").await?;
    }
}

async fn fetch(url: &str) -> Outcome<Vec<u8>> {
    let rest = url.strip_prefix("http://").ok_or("not http")?;
    let (host, path) = rest.split_once('/').ok_or("no path")?;
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(format!("GET /{path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let end = answer.windows(4).position(|octets| octets == b"\r\n\r\n").ok_or("no header")?;
    Ok(answer.split_off(end + 4))
}

async fn work(context: Context, jobs: String, results: String, dies: bool) -> Outcome {
    let (from, to) = (context.socket(Pull)?, context.socket(Push)?);
    from.set("rcvhwm", 1)?; // What waits here dies with us.
    from.connect(&jobs)?;
    to.connect(&results)?;
    loop {
        let job = from.recv().await?;
        if dies {
            println!("a worker died with a job in its hands");
            return Ok(());
        }
        let url = std::str::from_utf8(job.first())?;
        to.send([url.as_bytes(), &fetch(url).await?]).await?;
    }
}

async fn store(results: Socket, stored: Socket, folder: PathBuf) -> Outcome {
    loop {
        let result = results.recv().await?;
        let [url, image] = result.parts() else { continue };
        let name = Path::new(std::str::from_utf8(url)?).file_name().ok_or("no name")?;
        fs::write(folder.join(name), image)?;
        stored.send(&url[..]).await?;
    }
}

/// Deals out until all is stored; tells how often.
async fn deal(jobs: &Socket, stored: &Socket, urls: &str) -> Outcome<usize> {
    let mut missing: BTreeSet<&str> = urls.lines().collect();
    let mut rounds = 0;
    while !missing.is_empty() {
        for url in &missing {
            jobs.send(*url).await?;
        }
        // Until nothing has come for `rcvtimeo`.
        while !missing.is_empty()
            && let Ok(url) = stored.recv().await
        {
            missing.remove(std::str::from_utf8(url.first())?);
        }
        rounds += 1;
    }
    Ok(rounds)
}

async fn run(folder: &Path) -> Outcome {
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let here = server.local_addr()?;
    let urls = (0..IMAGES).map(|number| format!("http://{here}/{number}.pgm\n"));
    fs::write(folder.with_extension("txt"), urls.collect::<String>())?;
    tokio::spawn(serve(server));

    let context = Context::new();
    let (jobs, results) = (context.socket(Push)?, context.socket(Pull)?);
    let (confirm, stored) = (context.socket(Push)?, context.socket(Pull)?);
    jobs.set("sndhwm", 1)?;
    stored.set("rcvtimeo", 300)?;
    let job_queue = jobs.bind("tcp://127.0.0.1:*").await?.to_string();
    let result_queue = results.bind("tcp://127.0.0.1:*").await?.to_string();
    confirm.connect(&stored.bind("tcp://127.0.0.1:*").await?.to_string())?;
    tokio::spawn(store(results, confirm, folder.to_owned()));
    let mut arrivals = jobs.monitor(Event::HandshakeSucceeded.number());
    for number in 0..WORKERS {
        let (context, jobs) = (context.clone(), job_queue.clone());
        tokio::spawn(work(context, jobs, result_queue.clone(), number == 1));
        arrivals.recv().await;
    }
    let urls = fs::read_to_string(folder.with_extension("txt"))?;
    println!("{} URLs for {WORKERS} workers", urls.lines().count());
    if deal(&jobs, &stored, &urls).await? > 1 {
        println!("what it had was sent again");
    }
    println!("{} images stored", fs::read_dir(folder)?.count());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let folder = std::env::temp_dir().join(format!("url_pipeline-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let outcome = run(&folder).await;
    fs::remove_dir_all(&folder)?;
    fs::remove_file(folder.with_extension("txt"))?;
    outcome
}
