//! Dialogues that ask for consent are removed by rule, whatever their prose looks like.

use gleaner_boilerplate::html::{ExtractOptions, Extraction, extract};

const SHORT_NOTE: &str =
    "<h1>Ferry</h1><p>The ferry sails at nine on weekdays, and on Sundays when the sea is calm.</p>";

const DIALOGUE: &str = "<h2>We value your privacy</h2>
    <p>We and our partners store information on your device, such as cookies, and process what browsers send with it.
    <p>You may accept this, refuse it, or change your mind at any time; your choice is kept for half a year.
    <p>Some partners process your data without asking, because they hold that they have a legitimate interest in it.";

fn page(before: &str, dialogue: &str) -> Extraction {
    extract(
        &format!("<html><body>{before}<main>{SHORT_NOTE}</main>{dialogue}</body></html>"),
        &ExtractOptions::default(),
    )
}

fn reasons(page: &Extraction) -> Vec<&str> {
    page.blocks.iter().filter(|b| b.text.contains("your")).map(|b| b.reason).collect()
}

#[test]
fn a_dialogue_is_removed_even_if_it_is_most_of_the_text() {
    for name in ["id=onetrust-consent-sdk", "class='site cookie-banner'", "id=CybotCookiebotDialog"] {
        // What else the page has: less than the dialogue, but more than nothing.
        let menu = "<ul><li><a href=/a>Timetable of all lines</a><li><a href=/b>Fares and tickets</a></ul>";
        let page = page(menu, &format!("<div {name}><div>{DIALOGUE}</div></div>"));
        assert!(page.text.contains("at nine on weekdays"), "{name}: {}", page.text);
        assert!(!page.text.contains("your"), "{name}: {}", page.text);
        assert_eq!(reasons(&page), ["consent"; 4], "{name}");
    }
}

#[test]
fn a_page_marked_with_the_state_of_its_dialogue_is_no_dialogue() {
    let page = page("<div class='page cookie-consent'>", "</div>");
    assert!(page.text.contains("at nine on weekdays"), "{}", page.text);
}
