//! What the system is told of its sockets, read back from them; interfaces by name; files of ipc.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use super::talk::Outcome;
use core::time::Duration;
use socket2::SockRef;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroproof_reference::error::Kind;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::runtime::transport::{Net, NetStream, Transport};
use zeroproof_reference::socket::options::{KeepAlive, Tcp};
use zeroproof_reference::socket::{Endpoint, Value};
use zeroproof_reference::{Message, SocketType};

/// A stream to an endpoint that is bound with the same options, and the stream from it.
async fn streams(endpoint: &str, options: &Tcp) -> [NetStream; 2] {
    let to_bind = Endpoint::to_bind(endpoint).unwrap();
    let (mut listener, bound) = Net.bind(&to_bind, options).await.unwrap();
    let (there, here) = tokio::join!(Net.accept(&mut listener), Net.connect(&bound, options));
    [there.unwrap().0, here.unwrap().0]
}

fn system(stream: &NetStream) -> SockRef<'_> {
    match stream {
        NetStream::Tcp(stream) => SockRef::from(stream),
        NetStream::Ipc(stream) => SockRef::from(stream),
    }
}

#[tokio::test]
async fn the_system_is_told_what_the_options_say_on_both_sides() {
    let seconds = Duration::from_secs;
    let keepalive = KeepAlive {
        on: Some(true),
        count: Some(4),
        idle: Some(seconds(77)),
        interval: Some(seconds(5)),
    };
    let options = Tcp {
        sndbuf: Some(9_000),
        rcvbuf: Some(8_000),
        tos: 0x28,
        maxrt: Some(seconds(12)),
        keepalive,
        ..Tcp::default()
    };
    for stream in streams("tcp://127.0.0.1:*", &options).await {
        let told = system(&stream);
        // The kernel doubles what it is asked for, for its own use.
        assert_eq!(told.send_buffer_size().unwrap(), 18_000);
        assert_eq!(told.recv_buffer_size().unwrap(), 16_000);
        assert_eq!(told.tos_v4().unwrap(), 0x28);
        assert_eq!(told.tcp_user_timeout().unwrap(), Some(seconds(12)));
        assert!(told.tcp_nodelay().unwrap() && told.keepalive().unwrap());
        assert_eq!(told.tcp_keepalive_retries().unwrap(), 4);
        assert_eq!(told.tcp_keepalive_time().unwrap(), seconds(77));
        assert_eq!(told.tcp_keepalive_interval().unwrap(), seconds(5));
    }
    for stream in streams("ipc://*", &options).await {
        assert_eq!(system(&stream).send_buffer_size().unwrap(), 18_000);
    }
    for stream in streams("tcp://[::1]:*", &options).await {
        assert_eq!(system(&stream).tclass_v6().unwrap(), 0x28);
    }
    for stream in streams("tcp://127.0.0.1:*", &Tcp::default()).await {
        let told = system(&stream);
        assert!(!told.keepalive().unwrap() && told.tos_v4().unwrap() == 0);
        assert_eq!(told.tcp_user_timeout().unwrap(), None);
        assert_ne!(told.send_buffer_size().unwrap(), 18_000);
    }
}

#[tokio::test]
async fn an_attempt_ends_with_connect_timeout() {
    let options =
        Tcp { backlog: 0, connect_timeout: Some(Duration::from_millis(20)), ..Tcp::default() };
    let to_bind = Endpoint::to_bind("tcp://127.0.0.1:*").unwrap();
    let (_deaf, bound) = Net.bind(&to_bind, &options).await.unwrap();
    // The kernel answers until the backlog, which is none, and a few more have come.
    let mut taken = Vec::new();
    let error = loop {
        match Net.connect(&bound, &options).await {
            Ok(stream) => taken.push(stream),
            Err(error) => break error,
        }
        assert!(taken.len() < 10, "backlog is heeded");
    };
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn interfaces_and_zones_go_by_their_names() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let bound = pull.bind("tcp://lo:*").await?.to_string();
    assert!(bound.starts_with("tcp://127."), "{bound}");
    let push = context.socket(SocketType::Push)?;
    push.connect(&bound.replace("tcp://", "tcp://lo:*;"))?;
    push.send("from lo").await?;
    assert_eq!(pull.recv().await?, Message::from("from lo"));
    pull.bind("tcp://[::1%lo]:*").await?;
    pull.bind("tcp://localhost:*").await?;
    for unknown in ["tcp://nosuch0:*", "tcp://[fe80::1%nosuch0]:*"] {
        let refused = pull.bind(unknown).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::NoDevice, "{unknown}: {refused}");
    }
    pull.set("bindtodevice", "nosuch0")?;
    let refused = pull.bind("tcp://127.0.0.1:*").await.unwrap_err();
    // Or the system does not permit that at all.
    assert!([Kind::NoDevice, Kind::NotPermitted].contains(&refused.kind()), "{refused}");
    let source = Endpoint::to_connect("tcp://nosuch0:*;127.0.0.1:9").unwrap();
    let error = Net.connect(&source, &Tcp::default()).await.unwrap_err();
    assert_eq!(error.raw_os_error(), Some(19), "ENODEV");
    Ok(())
}

/// A folder of a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    folder
}

fn ipc(path: &Path) -> String {
    format!("ipc://{}", path.display())
}

#[tokio::test]
async fn a_file_of_the_dead_makes_room_and_one_of_the_living_does_not() -> Outcome {
    let folder = folder("ipc-files");
    let [dead, alive, text] = ["dead", "alive", "text"].map(|name| folder.join(name));
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    std::fs::write(&text, "not a socket").unwrap();
    let context = Context::new();
    let (one, other) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Pull)?);
    one.bind(&ipc(&dead)).await?;
    one.bind(&ipc(&alive)).await?;
    for taken in [&alive, &text] {
        let refused = other.bind(&ipc(taken)).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::AddressInUse, "{refused}");
        assert!(taken.exists(), "and it is still there");
    }
    let push = context.socket(SocketType::Push)?;
    push.connect(&ipc(&alive))?;
    push.send("still yours").await?;
    assert_eq!(one.recv().await?, Message::from("still yours"));
    let refused = other.bind(&ipc(&folder.join("no/such"))).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::NoEntry, "{refused}");
    one.unbind(&ipc(&dead)).await?;
    assert!(!dead.exists(), "unbound");
    one.close().await;
    assert!(!alive.exists(), "closed");
    std::fs::remove_dir_all(&folder).unwrap();
    Ok(())
}

#[tokio::test]
async fn a_file_that_replaced_ours_stays() -> Outcome {
    let folder = folder("ipc-replaced");
    let path = folder.join("socket");
    let pull = Context::new().socket(SocketType::Pull)?;
    pull.bind(&ipc(&path)).await?;
    std::fs::write(folder.join("theirs"), "").unwrap();
    std::fs::rename(folder.join("theirs"), &path).unwrap();
    pull.close().await;
    assert!(path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
    Ok(())
}

#[tokio::test]
async fn a_fresh_path_is_private_and_goes_with_its_folder() -> Outcome {
    let pull = Context::new().socket(SocketType::Pull)?;
    let bound = pull.bind("ipc://*").await?.to_string();
    let path = PathBuf::from(bound.trim_start_matches("ipc://"));
    let folder = path.parent().unwrap();
    let mode = std::fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    pull.unbind(&bound).await?;
    assert!(!folder.exists());
    assert_eq!(pull.value("last_endpoint")?, Value::from(bound.as_str()), "as in libzmq");
    Ok(())
}

#[tokio::test]
async fn an_abstract_name_needs_no_file() -> Outcome {
    let context = Context::new();
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let name = format!("ipc://@zeroproof-{}", std::process::id());
    assert_eq!(pull.bind(&name).await?.to_string(), name);
    let other = context.socket(SocketType::Pull)?;
    assert_eq!(other.bind(&name).await.unwrap_err().kind(), Kind::AddressInUse);
    push.connect(&name)?;
    push.send("hello").await?;
    assert_eq!(pull.recv().await?, Message::from("hello"));
    pull.unbind(&name).await?;
    other.bind(&name).await?;
    Ok(())
}

#[tokio::test]
async fn what_the_system_does_not_permit_is_named() -> Outcome {
    let folder = folder("ipc-closed");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    let pull = Context::new().socket(SocketType::Pull)?;
    let path = folder.join("socket");
    // Whoever may do everything may do this.
    let outcome = pull.bind(&ipc(&path)).await.map(drop).map_err(|refused| refused.kind());
    let may = std::fs::write(folder.join("probe"), "").is_ok();
    assert_eq!(outcome, if may { Ok(()) } else { Err(Kind::NotPermitted) });
    let long = format!("ipc:///{}", "a".repeat(200));
    assert_eq!(pull.bind(&long).await.unwrap_err().kind(), Kind::NameTooLong);
    assert!(pull.set("use_fd", 3).unwrap_err().to_string().contains("transport"));
    pull.close().await;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    Ok(())
}
