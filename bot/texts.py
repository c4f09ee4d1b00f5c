"""Everything the bot says, by key, in Vietnamese (the default) and English.

Texts are Telegram HTML with `{placeholders}`; `render.html` fills them in and escapes the
values. Those whose keys begin with one of `PLAIN` stand where Telegram knows no markup: over the
chat, on a button, beside a command, above inline results. `plain` fills them in.

    TEXTS["en"]["reload_refused"] -> "The articles are being reloaded already. …"
"""

from __future__ import annotations

from typing import Final

DEFAULT: Final = "vi"
PLAIN: Final = ("toast_", "button_", "menu_", "inline_", "language_name")

VI: Final = {
    "start": (
        "Chào bạn! Mình là <b>Hỏi Báo</b>.\n\n"
        "Bạn cứ hỏi, mình sẽ tìm trong kho bài báo và trích <b>nguyên văn</b> đoạn trả lời, "
        "kèm tên bài, tác giả và ngày đăng. Mình không tự viết thêm điều gì; nếu kho bài "
        "không có câu trả lời, mình sẽ nói thật với bạn.\n\n"
        "Bạn gửi thử một câu hỏi nhé, gõ không dấu cũng được. /help để xem thêm."
    ),
    "help": (
        "<b>Cách hỏi</b>\n"
        "Bạn gửi câu hỏi như một tin nhắn bình thường, có dấu hay không dấu đều được. "
        "Mình trả lời bằng đoạn trích nguyên văn; phần trả lời được <b>in đậm</b>.\n\n"
        "<b>Các nút bấm</b>\n"
        "◀ ▶ xem đoạn trích khác cho cùng câu hỏi; “Xem ngữ cảnh” cho thấy những câu trước và "
        "sau đoạn trích; “Chia sẻ” cho bạn đoạn trích hoặc liên kết để gửi đi; 👍 👎 cho mình "
        "biết đoạn trích có đúng ý không. Bạn sửa câu hỏi thì mình sửa câu trả lời theo.\n\n"
        "<b>Trong nhóm</b>\n"
        "Bạn gọi tên mình, trả lời tin nhắn của mình, hoặc dùng /ask.\n\n"
        "<b>Các lệnh khác</b>\n"
        "/sources – các bài trong kho; thêm vài chữ để tìm theo tiêu đề\n"
        "/language – chọn ngôn ngữ\n"
        "/answers – trong nhóm: cho mình trả lời hoặc im lặng\n"
        "/privacy – mình giữ gì về bạn\n\n"
        "<b>Mẹo nhỏ</b>\n"
        "Hỏi càng cụ thể càng dễ tìm: ai, ở đâu, năm nào, bao nhiêu…"
    ),
    "help_examples": "<b>Vài câu mình trả lời được ngay</b> (chạm để chép):",
    "link_gone": (
        "Bài này không còn trong kho nữa. Bạn gửi thử một câu hỏi nhé, hoặc xem /sources."
    ),
    "link_changed": "Bài đã được sửa, đoạn trích này không còn y nguyên. Đây là bài hiện nay:",
    "answers": "Trong nhóm này, mình có nên trả lời khi được hỏi không?",
    "answers_on": "Vâng, mình sẽ trả lời khi được gọi tên, được trả lời tin nhắn, hoặc qua /ask.",
    "answers_off": "Vâng, mình sẽ im lặng. Quản trị viên của nhóm dùng /answers để gọi mình lại.",
    "answers_private": "Lệnh này dành cho nhóm: quản trị viên cho mình trả lời hoặc im lặng ở đó.",
    "abstained": (
        "Mình đã tìm mà chưa thấy câu trả lời trong kho bài. Bạn thử hỏi bằng từ ngữ khác nhé."
    ),
    "nearest": "Những bài gần với câu hỏi nhất:",
    "no_terms": (
        "Mình chưa thấy trong câu hỏi từ nào để tìm. "
        "Bạn hỏi cụ thể hơn một chút nhé, chẳng hạn thêm tên người, nơi chốn hay năm."
    ),
    "suggestion": "Có phải bạn muốn hỏi: <i>{question}</i>",
    "understood": "Mình hiểu câu hỏi là: <i>{question}</i>",
    "untitled": "Bài không có tiêu đề",
    "only_text": "Mình chỉ đọc được câu hỏi viết bằng chữ thôi. Bạn gõ câu hỏi giúp mình nhé.",
    "only_text_voice": (
        "Mình chưa nghe được giọng nói, chỉ đọc được câu hỏi viết bằng chữ thôi. "
        "Bạn gõ câu hỏi giúp mình nhé."
    ),
    "only_text_picture": (
        "Mình chưa xem được ảnh và video, chỉ đọc được câu hỏi viết bằng chữ thôi. "
        "Bạn gõ câu hỏi giúp mình nhé."
    ),
    "only_text_file": (
        "Mình không mở tệp được gửi đến, chỉ đọc câu hỏi viết bằng chữ thôi. Tệp để thêm vào "
        "kho bài thì người quản trị gửi giúp nhé."
    ),
    "only_text_link": (
        "Mình không mở được liên kết, chỉ đọc câu hỏi viết bằng chữ thôi. "
        "Bạn gõ câu hỏi giúp mình nhé."
    ),
    "link_how": (
        "Mình không tự mở liên kết. Muốn thêm trang này vào kho, bạn mở trang, lưu thành tệp "
        "<b>.html</b> hoặc <b>.mhtml</b>, rồi gửi tệp đó cho mình nhé."
    ),
    "read_caption": "Mình không xem được ảnh hay tệp, chỉ đọc lời đi kèm.",
    "read_forwarded": "Mình đọc tin được chuyển tiếp này như một câu hỏi.",
    "unknown_command": "Mình chưa biết lệnh này. Bạn xem /help nhé, hoặc cứ gửi thẳng câu hỏi.",
    "failed": "Xin lỗi bạn, mình vừa gặp trục trặc nên chưa trả lời được. Bạn thử lại sau nhé.",
    "cut_off": (
        "Xin lỗi bạn, mình vừa phải khởi động lại. Nếu tin nhắn này chưa được trả lời, bạn gửi "
        "lại giúp mình nhé."
    ),
    "maybe_lost": (
        "Mạng vừa trục trặc. Nếu bạn chưa thấy câu trả lời của mình, bấm nút dưới đây nhé."
    ),
    "privacy": (
        "<b>Mình giữ gì về bạn?</b>\n"
        "Mình không lưu tên, số điện thoại hay mã số Telegram của bạn; nhật ký máy chủ cũng "
        "không có câu hỏi."
    ),
    "privacy_journal": (
        "• Để kho bài ngày một tốt hơn, mình giữ trong {days} ngày rồi xoá: số câu hỏi mỗi ngày "
        "của bao nhiêu người, trả lời nhanh hay chậm, số 👍 và 👎; và nguyên văn <b>chỉ</b> "
        "những câu không tìm thấy câu trả lời hoặc bị bạn bấm 👎 (kèm đoạn trích đó). Câu đã "
        "trả lời được thì mình không giữ lại.\n"
        "• Để đếm số người, mình dùng một dấu vết ngẫu nhiên mỗi ngày một khác; không ai, kể cả "
        "mình, lần ngược lại được là của ai."
    ),
    "privacy_no_journal": (
        "• Mình cũng không lưu câu hỏi nào và không đếm gì cả: hỏi xong, trả lời xong là thôi."
    ),
    "privacy_choices": (
        "• Chỉ khi bạn chọn ngôn ngữ bằng /language, mình mới ghi lại mã số cuộc trò chuyện và "
        "ngôn ngữ đó. Chọn “Theo Telegram” là xoá ngay. Nhóm nào cho mình im lặng bằng /answers "
        "cũng vậy.\n"
        "• Để sửa câu trả lời khi bạn sửa câu hỏi, mình nhớ tạm số thứ tự của hai tin nhắn, "
        "tắt máy là quên.\n"
        "• Trong lúc trả lời, mình ghi tạm mã số cuộc trò chuyện và tin nhắn, để nếu bị ngắt giữa "
        "chừng còn xin lỗi bạn được; xong là xoá, chậm nhất một giờ sau không còn dấu vết."
    ),
    "language": "Bạn muốn mình nói tiếng gì?",
    "language_name": "Tiếng Việt",
    "language_chosen": "Vâng, từ giờ mình sẽ nói tiếng Việt.",
    "sources": "<b>Các bài trong kho</b>, mới nhất trước:",
    "sources_found": "<b>Các bài có tiêu đề chứa</b> “{query}”, mới nhất trước:",
    "sources_empty": "Kho bài hiện chưa có bài nào.",
    "sources_none": "Mình không thấy bài nào có tiêu đề chứa “{query}”.",
    "slow_down": "Bạn hỏi nhanh quá, mình theo không kịp. Nghỉ một phút rồi hỏi tiếp bạn nhé.",
    "ask_how": (
        "Bạn viết câu hỏi sau lệnh, chẳng hạn <code>/ask Ai là bí thư?</code>, "
        "hoặc dùng /ask để trả lời tin nhắn có câu hỏi nhé."
    ),
    "group_admins_only": "Trong nhóm, chỉ quản trị viên của nhóm mới đổi được điều này.",
    "admins_only": "Lệnh này dành cho người quản trị, bạn thông cảm nhé.",
    "status": (
        "<b>Kho bài</b>\n"
        "Số bài: {articles}\n"
        "Số đoạn: {passages}\n"
        "Bộ máy tìm kiếm: {engine}\n"
        "Thế hệ chỉ mục: {generation}\n"
        "Cập nhật lúc: {built}\n"
        "Dung lượng: {size}"
    ),
    "file_holds": "Tệp <code>{name}</code>, số bài: {count}",
    "file_length": "{length} ký tự",
    "file_ask": "Bạn có muốn thêm vào kho không?",
    "file_unreadable": "Mình không đọc được tệp này: {reason}",
    "file_too_large": "Tệp này lớn quá: mình chỉ nhận được tệp đến {size}.",
    "file_known": "Tệp này đã có trong kho rồi, mình để nguyên.",
    "file_added": "Đã thêm <code>{name}</code> vào kho.",
    "file_removed": "Đã gỡ <code>{name}</code> khỏi kho.",
    "file_gone": "Tệp này không còn trong kho nữa.",
    "undone_added": "Đã hoàn tác: gỡ <code>{name}</code> khỏi kho.",
    "undone_removed": "Đã hoàn tác: đưa <code>{name}</code> trở lại kho.",
    "undo_nothing": "Không có thay đổi nào để hoàn tác.",
    "change_failed": "Mình chưa làm được: {reason}",
    "change_cancelled": "Vâng, mình để nguyên như cũ.",
    "remove_list": "<b>Bạn muốn gỡ tệp nào?</b> Bấm số tương ứng.",
    "remove_none": "Mình không thấy tệp nào có tên chứa “{query}”.",
    "remove_ask": "Bạn có chắc muốn gỡ tệp này không?",
    "gaps_none": (
        "Trong {days} ngày qua không có câu nào bị bỏ ngỏ, cũng không có đoạn trích nào bị 👎."
    ),
    "gaps_unanswered": "<b>Những câu chưa trả lời được</b> ({days} ngày qua):",
    "gaps_disliked": "<b>Những đoạn trích bị 👎</b> ({days} ngày qua):",
    "gaps_more": "… và {count} mục nữa",
    "stats_none": "Trong {days} ngày qua chưa có ai hỏi gì.",
    "stats": (
        "<b>Thống kê</b> ({days} ngày qua)\n"
        "Số câu hỏi: {asked}, trả lời được {share}%\n"
        "🟩 trả lời được: {answered}\n"
        "🟥 chưa trả lời được: {unanswered}\n"
        "Thời gian trả lời, mili giây:\n"
        "🔵 trung vị: {median}\n"
        "🟣 95% nhanh hơn: {p95}\n"
        "Ý kiến:\n"
        "🟦 👍 {up}\n"
        "🟧 👎 {down}\n"
        "Số người hỏi hôm nay: {people}"
    ),
    "journal_off": (
        "Bot đang không ghi lại gì cả (HOIBAO_JOURNAL_DAYS là 0), nên mình không có số liệu."
    ),
    "incident": (
        "⚠️ Có trục trặc: <code>{what}</code>\n"
        "Chi tiết nằm trong nhật ký máy chủ. Lỗi này mình chỉ báo một lần cho đến khi bot "
        "khởi động lại."
    ),
    "reload_started": "Mình đang nạp lại kho bài… Trong lúc đó mình vẫn trả lời như thường.",
    "reload_progress": (
        "Mình đang nạp lại kho bài… {done}/{total} tệp\n{bar}\n"
        "Trong lúc đó mình vẫn trả lời như thường."
    ),
    "reload_done": (
        "Đã nạp xong kho bài trong {seconds} giây.\n"
        "Thêm: {added}\n"
        "Thay đổi: {changed}\n"
        "Gỡ bỏ: {removed}\n"
        "Giữ nguyên: {unchanged}\n"
        "Lỗi: {failed}\n"
        "Hiện có {articles} bài, {passages} đoạn."
    ),
    "reload_failures": "Những tệp không đọc được:",
    "more_failures": "… và {count} tệp nữa",
    "reload_refused": "Kho bài đang được nạp lại rồi, bạn chờ lần này xong nhé.",
    "reload_locked": (
        "Đang có một tiến trình khác cập nhật kho bài. Mình vẫn dùng bản hiện có; "
        "bạn thử lại sau nhé."
    ),
    "reload_failed": (
        "Nạp lại không thành công, mình vẫn trả lời bằng bản trước đó.\nLý do: {reason}"
    ),
    "reload_stopped": (
        "Việc nạp lại đã dừng giữa chừng vì bot đang tắt. Kho bài vẫn nguyên như trước."
    ),
    "reload_cancelled": "Đã dừng theo ý bạn. Kho bài vẫn nguyên như trước.",
    "toast_page": "Đoạn {page} trong {pages}",
    "toast_corpus_changed": "Kho bài vừa được cập nhật, đây là kết quả mới nhất.",
    "toast_question_gone": "Mình không còn thấy câu hỏi ban đầu. Bạn gửi lại giúp mình nhé.",
    "toast_old_button": "Nút này đã cũ. Bạn gửi lại câu hỏi giúp mình nhé.",
    "toast_not_yours": "Nút này chỉ dành cho người quản trị đã gọi nó ra, bạn thông cảm nhé.",
    "toast_file_gone": "Mình không còn thấy tệp đã gửi. Bạn gửi lại giúp mình nhé.",
    "toast_reloading": "Kho bài đang được nạp lại, bạn chờ xong rồi bấm lại nhé.",
    "toast_vote_up": "Cảm ơn bạn, mình vui lắm!",
    "toast_vote_down": "Cảm ơn bạn đã cho biết. Đoạn trích này sẽ được xem lại.",
    "toast_vote_none": "Mình đã bỏ ý kiến của bạn về đoạn trích này.",
    "toast_vote_off": "Hiện mình không ghi lại ý kiến, cảm ơn bạn nhé.",
    "toast_failed": "Xin lỗi bạn, mình vừa gặp trục trặc. Bạn thử lại nhé.",
    "toast_slow_down": "Bạn bấm nhanh quá, chờ mình một phút nhé.",
    "toast_group_admins_only": "Chỉ quản trị viên của nhóm mới đổi được điều này.",
    "toast_admins_only": "Nút này dành cho người quản trị, bạn thông cảm nhé.",
    "button_share": "Chia sẻ",
    "button_copy_text": "Chép đoạn trích",
    "button_copy_link": "Chép liên kết",
    "button_send": "Gửi cho ai đó",
    "button_answers_on": "Trả lời",
    "button_answers_off": "Im lặng",
    "button_add": "Thêm vào kho",
    "button_cancel": "Thôi",
    "button_remove": "Gỡ bỏ",
    "button_undo": "Hoàn tác",
    "button_stop": "Dừng lại",
    "button_retry": "Thử lại",
    "button_near": "Xem ngữ cảnh",
    "button_paragraph": "Xem cả đoạn văn",
    "button_back": "« Về đoạn trích",
    "button_automatic": "Theo Telegram",
    "inline_start": "Hỏi trong cuộc trò chuyện riêng",
    "inline_untitled": "Bài không có tiêu đề",
    "inline_nothing": "Chưa thấy câu trả lời. Hỏi mình trực tiếp nhé",
    "inline_failed": "Xin lỗi, mình vừa gặp trục trặc. Hỏi trực tiếp nhé",
    "menu_start": "Bắt đầu",
    "menu_help": "Cách hỏi",
    "menu_ask": "Hỏi một câu",
    "menu_sources": "Các bài trong kho",
    "menu_language": "Chọn ngôn ngữ",
    "menu_answers": "Trả lời hay im lặng trong nhóm",
    "menu_privacy": "Mình giữ gì về bạn",
    "menu_reload": "Nạp lại kho bài",
    "menu_status": "Tình trạng kho bài",
    "menu_remove": "Gỡ một tệp khỏi kho",
    "menu_undo": "Hoàn tác thay đổi gần nhất",
    "menu_gaps": "Những câu chưa trả lời được",
    "menu_stats": "Thống kê",
}

EN: Final = {
    "start": (
        "Hello! I am <b>Hỏi Báo</b> (“ask the newspaper”).\n\n"
        "Ask me something, and I will search the articles and quote, <b>word for word</b>, the "
        "passage that answers, with its title, author and date. I never write anything of my "
        "own; when the articles hold no answer, I will tell you so.\n\n"
        "The articles are in Vietnamese; you may also ask in English. /help tells you more."
    ),
    "help": (
        "<b>How to ask</b>\n"
        "Send your question as an ordinary message, in Vietnamese (with or without diacritics) "
        "or in English. I answer with a verbatim quote; the answer is in <b>bold</b>.\n\n"
        "<b>The buttons</b>\n"
        "◀ ▶ show other quotes for the same question; “Show context” shows the sentences around "
        "a quote; “Share” gives you the quote or a link to pass on; 👍 👎 tell me whether it was "
        "any good. When you edit your question, I edit my answer.\n\n"
        "<b>In groups</b>\n"
        "Mention me, reply to one of my messages, or use /ask.\n\n"
        "<b>More commands</b>\n"
        "/sources – the articles; add a few words to search their titles\n"
        "/language – choose the language\n"
        "/answers – in groups: let me answer or be silent\n"
        "/privacy – what I keep about you\n\n"
        "<b>A tip</b>\n"
        "The more precise, the better: who, where, which year, how many…"
    ),
    "help_examples": "<b>Some that I can answer at once</b> (in Vietnamese; tap to copy):",
    "link_gone": (
        "This article is not here any more. Do send me a question, or have a look at /sources."
    ),
    "link_changed": "The article has changed since; the quote is not in it as it was. It now says:",
    "answers": "Shall I answer questions in this group?",
    "answers_on": "All right, I answer when mentioned, when replied to, and to /ask.",
    "answers_off": "All right, I will be silent. The group's admins call me back with /answers.",
    "answers_private": "This command is for groups: their admins let me answer there, or not.",
    "abstained": (
        "I searched, but found no answer in the articles. Perhaps try it in other words?"
    ),
    "nearest": "The articles closest to your question:",
    "no_terms": (
        "I found no word in your question to search for. "
        "Could you be a little more specific: a person, a place, a year?"
    ),
    "suggestion": "Did you mean: <i>{question}</i>",
    "understood": "I read your question as: <i>{question}</i>",
    "untitled": "Untitled article",
    "only_text": "I can only read questions written as text. Could you type it, please?",
    "only_text_voice": (
        "I cannot listen to voice messages yet, only read questions written as text. "
        "Could you type it, please?"
    ),
    "only_text_picture": (
        "I cannot look at pictures and videos yet, only read questions written as text. "
        "Could you type it, please?"
    ),
    "only_text_file": (
        "I do not open files that are sent to me, and only read questions written as text. "
        "Files for the articles come from the administrators."
    ),
    "only_text_link": (
        "I cannot open links, only read questions written as text. Could you type it, please?"
    ),
    "link_how": (
        "I do not open links myself. To add this page to the articles, open it, save it as an "
        "<b>.html</b> or <b>.mhtml</b> file, and send me that file."
    ),
    "read_caption": "I cannot look at pictures or files; I read only the words beneath.",
    "read_forwarded": "I read this forwarded message as a question.",
    "unknown_command": "I do not know this command. See /help, or simply send your question.",
    "failed": "Sorry, something went wrong and I could not answer. Please try again later.",
    "cut_off": (
        "Sorry, I had to start again just now. If this message got no answer, please send it "
        "once more."
    ),
    "maybe_lost": (
        "The network has just failed. If my answer did not reach you, please tap this button."
    ),
    "privacy": (
        "<b>What do I keep about you?</b>\n"
        "I store neither your name, nor your phone number, nor your Telegram id; the server's "
        "log does not hold your questions either."
    ),
    "privacy_journal": (
        "• To make the articles better, I keep for {days} days, and then delete: how many "
        "questions were asked each day and by how many people, how long the answers took, how "
        "many 👍 and 👎 there were; and the text of those questions <b>only</b> that found no "
        "answer or to which you gave 👎 (with that quote). What I could answer, I do not keep.\n"
        "• To count people I use a random trace that is another one every day; nobody, myself "
        "included, can tell from it who it was."
    ),
    "privacy_no_journal": ("• I keep no question and count nothing: once answered, it is gone."),
    "privacy_choices": (
        "• Only if you choose a language with /language do I write down the number of the chat "
        "and that language. “As in Telegram” deletes it at once. Likewise for a group that has "
        "silenced me with /answers.\n"
        "• To correct an answer when you edit its question, I remember the numbers of the two "
        "messages for a while, until the next restart at most.\n"
        "• While I answer, the numbers of the chat and the message are written down, so that I "
        "can apologise if I am cut off; then they are deleted, without a trace within an hour."
    ),
    "language": "Which language shall I speak?",
    "language_name": "English",
    "language_chosen": "All right, I will speak English from now on.",
    "sources": "<b>The articles</b>, newest first:",
    "sources_found": "<b>Articles with</b> “{query}” <b>in their title</b>, newest first:",
    "sources_empty": "There are no articles yet.",
    "sources_none": "I found no article with “{query}” in its title.",
    "slow_down": "That was quick! I cannot keep up; please wait a minute, then ask on.",
    "ask_how": (
        "Write your question after the command, as in "
        "<code>/ask Who is the party secretary?</code>, "
        "or answer a message that holds a question with /ask."
    ),
    "group_admins_only": "In a group, only its admins can change this.",
    "admins_only": "This command is for the administrators only, sorry.",
    "status": (
        "<b>The articles</b>\n"
        "Articles: {articles}\n"
        "Passages: {passages}\n"
        "Search engine: {engine}\n"
        "Index generation: {generation}\n"
        "Updated: {built}\n"
        "Size: {size}"
    ),
    "file_holds": "File <code>{name}</code>, articles: {count}",
    "file_length": "{length} characters",
    "file_ask": "Shall I add this to the articles?",
    "file_unreadable": "I cannot read this file: {reason}",
    "file_too_large": "This file is too large: I can only take files of up to {size}.",
    "file_known": "This file is among the articles already; I left it as it is.",
    "file_added": "Added <code>{name}</code> to the articles.",
    "file_removed": "Removed <code>{name}</code> from the articles.",
    "file_gone": "This file is not among the articles any more.",
    "undone_added": "Undone: <code>{name}</code> is removed again.",
    "undone_removed": "Undone: <code>{name}</code> is back.",
    "undo_nothing": "There is no change to undo.",
    "change_failed": "I could not do that: {reason}",
    "change_cancelled": "All right, I left everything as it was.",
    "remove_list": "<b>Which file shall I remove?</b> Tap its number.",
    "remove_none": "I found no file with “{query}” in its name.",
    "remove_ask": "Shall I really remove this file?",
    "gaps_none": "In the last {days} days no question went unanswered, and no quote got 👎.",
    "gaps_unanswered": "<b>Questions without an answer</b> (last {days} days):",
    "gaps_disliked": "<b>Quotes that got 👎</b> (last {days} days):",
    "gaps_more": "… and {count} more",
    "stats_none": "Nobody asked anything in the last {days} days.",
    "stats": (
        "<b>Statistics</b> (last {days} days)\n"
        "Questions: {asked}, {share}% answered\n"
        "🟩 answered: {answered}\n"
        "🟥 not answered: {unanswered}\n"
        "Time to answer, milliseconds:\n"
        "🔵 median: {median}\n"
        "🟣 95% are faster: {p95}\n"
        "Feedback:\n"
        "🟦 👍 {up}\n"
        "🟧 👎 {down}\n"
        "People who asked today: {people}"
    ),
    "journal_off": "I keep no journal (HOIBAO_JOURNAL_DAYS is 0), so there are no figures.",
    "incident": (
        "⚠️ Something went wrong: <code>{what}</code>\n"
        "The details are in the server's log. I tell you of this error once only, until the "
        "bot is restarted."
    ),
    "reload_started": "Reloading the articles… I keep answering meanwhile.",
    "reload_progress": (
        "Reloading the articles… {done}/{total} files\n{bar}\nI keep answering meanwhile."
    ),
    "reload_done": (
        "The articles are up to date, in {seconds} s.\n"
        "Added: {added}\n"
        "Changed: {changed}\n"
        "Removed: {removed}\n"
        "Unchanged: {unchanged}\n"
        "Failed: {failed}\n"
        "Articles now: {articles}, passages: {passages}."
    ),
    "reload_failures": "Files that could not be read:",
    "more_failures": "… and {count} more",
    "reload_refused": "The articles are being reloaded already. Please wait until that is done.",
    "reload_locked": (
        "Another process is updating the articles. I keep using the present ones; "
        "please try again later."
    ),
    "reload_failed": (
        "The reload failed; I keep answering from the previous articles.\nReason: {reason}"
    ),
    "reload_stopped": (
        "The reload stopped half-way because the bot is shutting down. "
        "The articles are as they were."
    ),
    "reload_cancelled": "Stopped, as you wished. The articles are as they were.",
    "toast_page": "Quote {page} of {pages}",
    "toast_corpus_changed": "The articles have just been updated; these are the latest results.",
    "toast_question_gone": "I can no longer see the original question. Please send it again.",
    "toast_old_button": "This button is out of date. Please send your question again.",
    "toast_not_yours": "This button is only for the administrator who asked for it, sorry.",
    "toast_file_gone": "I can no longer see the file. Please send it again.",
    "toast_reloading": "The articles are being reloaded; please tap again when that is done.",
    "toast_vote_up": "Thank you, I am glad!",
    "toast_vote_down": "Thank you for telling me. This quote will be looked at.",
    "toast_vote_none": "I took back what you thought of this quote.",
    "toast_vote_off": "I keep no feedback at present, but thank you.",
    "toast_failed": "Sorry, something went wrong. Please try again.",
    "toast_slow_down": "That was quick! Please wait a minute.",
    "toast_group_admins_only": "Only the group's admins can change this.",
    "toast_admins_only": "This button is for the administrators only, sorry.",
    "button_share": "Share",
    "button_copy_text": "Copy the quote",
    "button_copy_link": "Copy a link",
    "button_send": "Send to someone",
    "button_answers_on": "Answer",
    "button_answers_off": "Be silent",
    "button_add": "Add",
    "button_cancel": "Cancel",
    "button_remove": "Remove",
    "button_undo": "Undo",
    "button_stop": "Stop",
    "button_retry": "Try again",
    "button_near": "Show context",
    "button_paragraph": "Show the paragraph",
    "button_back": "« Back to the quote",
    "button_automatic": "As in Telegram",
    "inline_start": "Ask in a private chat",
    "inline_untitled": "Untitled article",
    "inline_nothing": "No answer found. Ask me directly",
    "inline_failed": "Sorry, something went wrong. Ask me directly",
    "menu_start": "Begin",
    "menu_help": "How to ask",
    "menu_ask": "Ask a question",
    "menu_sources": "The articles",
    "menu_language": "Choose the language",
    "menu_answers": "Answer in a group, or be silent",
    "menu_privacy": "What I keep about you",
    "menu_reload": "Reload the articles",
    "menu_status": "State of the articles",
    "menu_remove": "Remove a file from the articles",
    "menu_undo": "Undo the last change",
    "menu_gaps": "Questions without an answer",
    "menu_stats": "Statistics",
}

TEXTS: Final = {"vi": VI, "en": EN}


def language_of(code: str | None) -> str:
    """The language to speak to a user whose Telegram has that IETF language tag.

    >>> language_of("en-GB"), language_of("fr"), language_of(None)
    ('en', 'vi', 'vi')
    """
    primary = (code or "").lower().split("-")[0]
    return primary if primary in TEXTS else DEFAULT


def plain(key: str, language: str, **values: object) -> str:
    """One of the plain texts, filled in.

    >>> plain("toast_page", "en", page=1, pages=3)
    'Quote 1 of 3'
    """
    return TEXTS[language][key].format(**values)
