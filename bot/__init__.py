"""The faces of Hỏi Báo: the Telegram bot and the terminal."""
