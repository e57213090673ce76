//! Mechanisms over real transports, with a ZAP handler in the same program (24, 25, 27).

use zeroproof_reference::mechanism::curve::{KeyPair, SecretKey};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::wire::zap::{Credentials, Reply, Request, Status};
use zeroproof_reference::{Message, Refused, SocketType};

type Outcome = Result<(), Refused>;

/// A reply, and a request of a peer that is told this.
async fn ask(context: &Context, server: &[(&str, Vec<u8>)], client: &[(&str, Vec<u8>)]) -> Outcome {
    let (rep, req) = (context.socket(SocketType::Rep)?, context.socket(SocketType::Req)?);
    tell(&rep, server)?;
    tell(&req, client)?;
    let endpoint = rep.bind("tcp://127.0.0.1:*").await?.to_string();
    req.set("reconnect_ivl", -1)?;
    req.connect(&endpoint)?;
    req.set("rcvtimeo", 300)?;
    let answer = tokio::spawn(async move {
        let request = rep.recv().await?;
        rep.send(&request).await?;
        // Until the other side has heard it.
        rep.recv().await
    });
    req.send("may I?").await?;
    let heard = req.recv().await;
    answer.abort();
    assert_eq!(heard?, Message::from("may I?"));
    Ok(())
}

fn tell(socket: &Socket, options: &[(&str, Vec<u8>)]) -> Outcome {
    for (name, value) in options {
        match value.as_slice() {
            [switch] => socket.set(name, i64::from(*switch))?,
            octets => socket.set(name, octets.to_vec())?,
        }
    }
    Ok(())
}

#[tokio::test]
async fn plain_lets_in_whom_the_handler_knows() {
    let context = Context::new();
    context.authenticate(|request| async move {
        let known = match request.credentials {
            Credentials::Plain { username, password } => {
                username == b"admin" && password.0 == b"secret"
            }
            Credentials::Null | Credentials::Curve(_) => false,
        };
        Reply::new(if known { Status::Success } else { Status::Refused })
    });
    let server = [("plain_server", vec![1])];
    let client = |password: &str| {
        let password = password.as_bytes().to_vec();
        [("plain_username", b"admin".to_vec()), ("plain_password", password)]
    };
    assert_eq!(ask(&context, &server, &client("secret")).await, Ok(()));
    assert_eq!(ask(&context, &server, &client("guess")).await, Err(Refused::WouldBlock));
    let nobody: [(&str, Vec<u8>); 0] = [];
    assert_eq!(ask(&context, &server, &nobody).await, Err(Refused::WouldBlock), "NULL");
}

#[tokio::test]
async fn curve_lets_in_whoever_knows_the_key_of_the_server() {
    let context = Context::new();
    let pair = |octet| KeyPair::new(SecretKey([octet; 32]));
    let keys = |octet: u8| {
        let public = pair(octet).public().0.to_vec();
        vec![("curve_publickey", public), ("curve_secretkey", vec![octet; 32])]
    };
    let server = [keys(2), vec![("curve_server", vec![1])]].concat();
    let client = |known| [keys(1), vec![("curve_serverkey", pair(known).public().0.to_vec())]];
    assert_eq!(ask(&context, &server, &client(2).concat()).await, Ok(()));
    assert_eq!(ask(&context, &server, &client(3).concat()).await, Err(Refused::WouldBlock));
    let nobody: [(&str, Vec<u8>); 0] = [];
    assert_eq!(ask(&context, &server, &nobody).await, Err(Refused::WouldBlock), "NULL");
}

#[tokio::test]
async fn a_rep_that_is_bound_to_the_name_of_the_rfc_is_asked() -> Outcome {
    let context = Context::new();
    let handler = context.socket(SocketType::Rep)?;
    handler.bind("inproc://zeromq.zap.01").await?;
    tokio::spawn(async move {
        while let Ok(request) = handler.recv().await {
            // A REP does not see the delimiter.
            let parts: Vec<&[u8]> = [&b""[..]]
                .into_iter()
                .chain(request.parts().iter().map(|part| &part[..]))
                .collect();
            let (id, request) = Request::decode(&parts).expect("a request");
            let admin = matches!(request.credentials, Credentials::Plain { username, .. }
                if username == b"admin");
            let verdict = if admin { Status::Success } else { Status::Refused };
            let reply = Reply::new(verdict).parts(id);
            handler.send(Message::new(reply.into_iter().skip(1))).await.expect("a reply");
        }
    });
    let server = [("plain_server", vec![1]), ("zap_domain", b"global".to_vec())];
    let client =
        |name: &[u8]| [("plain_username", name.to_vec()), ("plain_password", b"any".to_vec())];
    assert_eq!(ask(&context, &server, &client(b"admin")).await, Ok(()));
    assert_eq!(ask(&context, &server, &client(b"guest")).await, Err(Refused::WouldBlock));
    Ok(())
}
