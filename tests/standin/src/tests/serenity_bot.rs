//! A small bot on serenity that uses each feature of the stand-in.

use serenity::all::{
    AutocompleteChoice, ButtonStyle, Client, ClientBuilder, Command, CommandOptionType, CommandType, CreateActionRow,
    CreateAllowedMentions, CreateAutocompleteResponse, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed,
    CreateInputText, CreateInteractionResponse, CreateInteractionResponseFollowup, CreateInteractionResponseMessage,
    CreateMessage, CreateModal, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption,
    EditInteractionResponse, EditMessage, EventHandler, GatewayIntents, Guild, HttpBuilder, InputTextStyle,
    Interaction, Ready,
};
use tokio::task::JoinHandle;

use super::super::*;

pub const INTENTS: GatewayIntents = GatewayIntents::GUILDS
    .union(GatewayIntents::GUILD_MESSAGES)
    .union(GatewayIntents::DIRECT_MESSAGES)
    .union(GatewayIntents::MESSAGE_CONTENT);

/// Echoes messages, interactions and modals.
struct Bot;

/// Suppresses all mentions.
pub fn quiet() -> CreateAllowedMentions {
    CreateAllowedMentions::new()
}

fn response(text: impl Into<String>) -> CreateInteractionResponseMessage {
    CreateInteractionResponseMessage::new().content(text).allowed_mentions(quiet())
}

#[serenity::async_trait]
impl EventHandler for Bot {
    async fn ready(&self, ctx: serenity::all::Context, _: Ready) {
        let name = CreateCommandOption::new(CommandOptionType::String, "name", "Which role")
            .required(true)
            .set_autocomplete(true);
        let commands = vec![
            CreateCommand::new("role").description("Shows a role").add_option(name),
            CreateCommand::new("form").description("Opens a form"),
            CreateCommand::new("Explain").kind(CommandType::Message),
        ];
        let _ = Command::set_global_commands(&ctx.http, commands).await;
    }

    async fn guild_create(&self, ctx: serenity::all::Context, guild: Guild, _: Option<bool>) {
        let text = CreateMessage::new().content(format!("joined {}", guild.name)).allowed_mentions(quiet());
        let _ = guild.channels[&CHANNEL.into()].id.send_message(&ctx.http, text).await;
    }

    async fn message(&self, ctx: serenity::all::Context, message: serenity::all::Message) {
        if message.author.bot || message.content.is_empty() || message.content.contains("hush") {
            return;
        }
        let _ = message.channel_id.broadcast_typing(&ctx.http).await;
        let text = CreateMessage::new().content(format!("echo {}", message.content)).allowed_mentions(quiet());
        let text = if message.guild_id.is_some() { text.reference_message(&message) } else { text };
        let mut sent = message.channel_id.send_message(&ctx.http, text).await.expect("sent");
        if message.content.contains("twice") {
            sent.edit(&ctx.http, EditMessage::new().content("better").allowed_mentions(quiet())).await.expect("edited");
        }
    }

    async fn interaction_create(&self, ctx: serenity::all::Context, interaction: Interaction) {
        use CreateInteractionResponse as Response;
        let http = &ctx.http;
        let buttons =
            CreateActionRow::Buttons(vec![CreateButton::new("more:pm").label("More").style(ButtonStyle::Primary)]);
        match interaction {
            Interaction::Command(command) if command.data.kind == CommandType::Message => {
                let text = command.data.resolved.messages.values().next().expect("the message").content.clone();
                command
                    .create_response(http, Response::Message(response(text).ephemeral(true)))
                    .await
                    .expect("answered");
            }
            Interaction::Command(command) if command.data.name == "form" => {
                let input = CreateInputText::new(InputTextStyle::Short, "What was wrong", "what");
                let form = CreateModal::new("wrong", "Wrong").components(vec![CreateActionRow::InputText(input)]);
                command.create_response(http, Response::Modal(form)).await.expect("answered");
            }
            Interaction::Command(command) => {
                let name = command.data.options[0].value.as_str().expect("a text").to_owned();
                let answer = response(format!("{name} for {}", command.user.name)).components(vec![buttons]);
                let answer = answer.embed(CreateEmbed::new().title(&name).description("does things"));
                command.create_response(http, Response::Message(answer)).await.expect("answered");
                if name == "long" {
                    let more = CreateInteractionResponseFollowup::new().content("and more").allowed_mentions(quiet());
                    command.create_followup(http, more).await.expect("followed up");
                    let edit = EditInteractionResponse::new().content("edited").allowed_mentions(quiet());
                    assert_eq!(command.edit_response(http, edit).await.expect("edited").content, "edited");
                    assert_eq!(command.get_response(http).await.expect("there").content, "edited");
                }
            }
            Interaction::Autocomplete(typing) => {
                let typed = typing.data.autocomplete().expect("something is typed").value.to_owned();
                let choice = AutocompleteChoice::new(format!("{typed}!"), format!("{typed}!"));
                let answer = CreateAutocompleteResponse::new().set_choices(vec![choice]);
                typing.create_response(http, Response::Autocomplete(answer)).await.expect("answered");
            }
            Interaction::Component(click) => {
                let menu = CreateSelectMenuKind::String { options: vec![CreateSelectMenuOption::new("One", "one")] };
                let menu = CreateActionRow::SelectMenu(CreateSelectMenu::new("menu", menu));
                let text = format!("{} on {}", click.data.custom_id, click.message.content);
                click
                    .create_response(http, Response::UpdateMessage(response(text).components(vec![menu])))
                    .await
                    .expect("answered");
            }
            Interaction::Modal(form) => {
                let text = format!("thanks, {}", form.data.custom_id);
                form.create_response(http, Response::Message(response(text))).await.expect("answered");
            }
            _ => {}
        }
    }
}

/// A running client; dropping it stops it.
pub struct Running(JoinHandle<serenity::Result<()>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub async fn client(discord: &StandIn, intents: GatewayIntents, token: &str) -> Client {
    let http = HttpBuilder::new(token).proxy(discord.origin()).ratelimiter_disabled(true).build();
    ClientBuilder::new_with_http(http, intents).event_handler(Bot).await.expect("a client")
}

pub async fn run(discord: &StandIn, intents: GatewayIntents) -> Running {
    let mut client = client(discord, intents, TOKEN).await;
    Running(tokio::spawn(async move { client.start().await }))
}
