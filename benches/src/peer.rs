//! The reference engine as one side of a benchmark; `peers/libzmq.c` is the other one.
//!
//! Modes, arguments and what is printed are those of that program. Sockets are called from a
//! spawned task, as the runtime's documentation says. Deliberately absent: anything tuned.

use std::error::Error;
use std::io::{Read, Write, stdin, stdout};
use std::thread;
use std::time::Instant;
use tokio::task::JoinSet;
use zeroproof_reference::SocketType;
use zeroproof_reference::runtime::{Context, Socket};

/// What ends a program of this crate.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

const WARM_UP: usize = 500;
/// The test keys of zmq_curve(7).
const PUBLIC: &str = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
const SECRET: &str = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";

/// One side of a cell.
#[derive(Clone, Debug)]
struct Side {
    context: Context,
    endpoint: String,
    size: usize,
    count: usize,
    subscribers: usize,
    curve: bool,
}

/// Runs one side, as its arguments say.
///
/// # Errors
/// No such mode, a refusal, or a message that is not what it should be.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let arg = |at: usize| args.get(at).map(String::as_str).unwrap_or_default();
    let number = |at: usize| arg(at).parse().unwrap_or_default();
    let mode = arg(0).trim_start_matches("curve-").to_owned();
    let side = Side {
        context: Context::new(),
        endpoint: if mode == "inproc" { "inproc://bench" } else { arg(1) }.to_owned(),
        size: number(2),
        count: number(3),
        subscribers: number(4),
        curve: arg(0).starts_with("curve-"),
    };
    on_this_thread(async move { side.play(&mode).await })
}

/// Runs it as a task, in a runtime without other threads.
///
/// # Errors
/// Its own.
pub(crate) fn on_this_thread<R, F>(play: F) -> Result<R, Failure>
where
    R: Send + 'static,
    F: Future<Output = Result<R, Failure>> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { tokio::spawn(play).await? })
}

impl Side {
    async fn play(&self, mode: &str) -> Result<(), Failure> {
        match mode {
            "pull" => self.pull(&self.bound(SocketType::Pull).await?).await,
            "push" => self.push().await,
            "inproc" => self.in_process().await,
            "rep" => self.reply().await,
            "req" => self.request().await,
            "pub" => self.publish().await,
            "sub" => self.subscribe().await,
            "idle" => {
                let _socket = self.bound(SocketType::Pull).await?;
                Ok(tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new())).await??)
                    .map(|_| ())
            }
            _ => Err(format!("no mode {mode}").into()),
        }
    }

    fn open(&self, socket_type: SocketType) -> Result<Socket, Failure> {
        let socket = self.context.socket(socket_type)?;
        if self.curve {
            socket.set("curve_publickey", PUBLIC)?;
            socket.set("curve_secretkey", SECRET)?;
        }
        Ok(socket)
    }

    async fn bound(&self, socket_type: SocketType) -> Result<Socket, Failure> {
        let socket = self.open(socket_type)?;
        if self.curve {
            socket.set("curve_server", true)?;
        }
        self.bind(&socket).await?;
        Ok(socket)
    }

    async fn bind(&self, socket: &Socket) -> Result<(), Failure> {
        socket.bind(&self.endpoint).await?;
        println!("ready zeroproof {}", env!("CARGO_PKG_VERSION"));
        Ok(stdout().flush()?)
    }

    fn connected(&self, socket_type: SocketType) -> Result<Socket, Failure> {
        let socket = self.open(socket_type)?;
        if self.curve {
            socket.set("curve_serverkey", PUBLIC)?;
        }
        socket.connect(&self.endpoint)?;
        Ok(socket)
    }

    async fn pull(&self, socket: &Socket) -> Result<(), Failure> {
        self.receive(socket, 1).await?;
        let began = Instant::now();
        self.receive(socket, self.count - 1).await?;
        println!("{:.0}", (self.count - 1) as f64 / began.elapsed().as_secs_f64());
        Ok(())
    }

    /// The pushing side has a thread of its own.
    async fn in_process(&self) -> Result<(), Failure> {
        let socket = self.bound(SocketType::Pull).await?;
        let side = self.clone();
        let thread = thread::spawn(|| on_this_thread(async move { side.push().await }));
        self.pull(&socket).await?;
        thread.join().map_err(|_| "the pushing thread has panicked")?
    }

    async fn receive(&self, socket: &Socket, count: usize) -> Result<(), Failure> {
        for _ in 0..count {
            self.check(socket.recv().await?.first())?;
        }
        Ok(())
    }

    fn check(&self, body: &[u8]) -> Result<(), Failure> {
        if body.len() == self.size {
            Ok(())
        } else {
            Err(format!("{} octets, not {}", body.len(), self.size).into())
        }
    }

    async fn push(&self) -> Result<(), Failure> {
        let socket = self.connected(SocketType::Push)?;
        self.send(&socket).await?;
        socket.close().await;
        Ok(())
    }

    /// Fills each body anew, as the other side does.
    async fn send(&self, socket: &Socket) -> Result<(), Failure> {
        let mut body = Vec::with_capacity(self.size);
        for _ in 0..self.count {
            body.clear();
            body.resize(self.size, b'x');
            if self.size < 64 << 10 {
                socket.send(&body).await?;
            } else {
                socket.send(bytes::Bytes::from(std::mem::take(&mut body))).await?;
            }
        }
        Ok(())
    }

    async fn reply(&self) -> Result<(), Failure> {
        let socket = self.bound(SocketType::Rep).await?;
        for _ in 0..self.count + WARM_UP {
            let message = socket.recv().await?;
            self.check(message.first())?;
            socket.send(message).await?;
        }
        socket.close().await;
        Ok(())
    }

    async fn request(&self) -> Result<(), Failure> {
        let socket = self.connected(SocketType::Req)?;
        let body = vec![0; self.size];
        let mut times = Vec::with_capacity(self.count + WARM_UP);
        for _ in 0..self.count + WARM_UP {
            let began = Instant::now();
            socket.send(&body).await?;
            self.check(socket.recv().await?.first())?;
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
        let mut times = times.split_off(WARM_UP);
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times.get(self.count * percent / 100).copied();
        println!("{:.3} {:.3}", at(50).unwrap_or_default(), at(99).unwrap_or_default());
        Ok(())
    }

    async fn publish(&self) -> Result<(), Failure> {
        let socket = self.open(SocketType::Xpub)?;
        socket.set("xpub_nodrop", true)?;
        socket.set("xpub_verbose", true)?;
        self.bind(&socket).await?;
        for _ in 0..self.subscribers {
            socket.recv().await?;
        }
        self.send(&socket).await?;
        socket.close().await;
        Ok(())
    }

    async fn subscribe(&self) -> Result<(), Failure> {
        let mut tasks = JoinSet::new();
        for _ in 0..self.subscribers {
            let side = self.clone();
            tasks.spawn(async move { side.take_all().await });
        }
        let mut first: Option<Instant> = None;
        while let Some(began) = tasks.join_next().await {
            let began = began??;
            first = Some(first.map_or(began, |first| first.min(began)));
        }
        let elapsed = first.ok_or("no subscriber")?.elapsed().as_secs_f64();
        println!("{:.0}", (self.count * self.subscribers) as f64 / elapsed);
        Ok(())
    }

    /// One subscriber; returns when its first message came.
    async fn take_all(&self) -> Result<Instant, Failure> {
        let socket = self.connected(SocketType::Sub)?;
        socket.subscribe("")?;
        self.receive(&socket, 1).await?;
        let began = Instant::now();
        self.receive(&socket, self.count - 1).await?;
        Ok(began)
    }
}
