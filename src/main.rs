fn main() {
    let library = rolecall::library::Library::open("corpus".as_ref(), "index".as_ref(), |_, _| {}).unwrap();
    eprintln!("{:?} {:?}", library.origin, library.problems);
    let bot = rolecall::bot::Bot::new(library);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        println!("{}", bot.handle_text(&line).to_json(&line));
    }
}
