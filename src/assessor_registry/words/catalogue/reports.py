"""What asking about many rooms at once says."""

SENTENCES = {
    "reports.not_a_moment": "Ini bukan tanggal atau saat. Contoh: 2026-11-21, atau 2026-11-21T08:00:00+08:00.",
}
