"""The sounds of a page: each can be played, from the page itself, and says what it is."""


def test_sounds_can_be_played(visit, site):
    with visit(site, "book/11-transfer.html") as page:
        players = page.locator("audio")
        assert players.count() == 5
        for player in players.all():
            assert player.get_attribute("aria-label")
            assert player.get_attribute("src").startswith("data:audio/wav;base64,")
            page.wait_for_function("player => player.readyState > 0", arg=player.element_handle())
            assert 0.3 < player.evaluate("player => player.duration") < 1
        player = players.first
        player.evaluate("player => player.play()")
        player.evaluate("player => new Promise(ended => player.addEventListener('ended', ended))")
        assert player.evaluate("player => player.error") is None
