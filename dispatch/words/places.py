"""Indonesian sentences about places: where a position lies, and what to do with a text that is none."""

from geo.places.pasted import Trouble
from geo.places.region import Nearby

# Nearer than this one stands in the street; farther from any road a driver wants to know it.
_IN_THE_STREET_M = 60.0
_FAR_M = 150.0
_TROUBLES = {
    Trouble.SHORT_LINK: (
        "Ini tautan pendek: titiknya belum ada di dalamnya. Buka tautannya, lalu salin alamat panjang dari browser "
        "atau angka koordinatnya, dan tempelkan di sini."
    ),
    Trouble.LINK_WITHOUT_POINT: (
        "Tautan ini belum memuat koordinat. Tekan lama tempatnya di aplikasi peta, salin angka koordinatnya, lalu "
        "tempelkan di sini."
    ),
    Trouble.NO_PLACE_ON_EARTH: "Angka ini bukan titik di bumi. Tulis lintang lalu bujur, misalnya -6.2001, 106.6280.",
}
NOTHING_FOUND = "Belum ditemukan. Coba nama jalan atau kelurahan saja, atau tempelkan tautan peta."
SWAPPED = "Bujur dan lintang tertukar; sudah kami balik."
ONLINE_SILENT = "Pencarian luas belum menjawab. Coba lagi sebentar, atau tempelkan tautan peta."


def trouble_text(trouble: Trouble) -> str:
    """Why what was pasted is no position, and what to do."""
    return _TROUBLES[trouble]


def name_of(nearby: Nearby, lon: float, lat: float) -> str:
    """What a position is called: its street, or what it is near, or its coordinates."""
    if nearby.street:
        return nearby.street if nearby.street_m <= _IN_THE_STREET_M else f"dekat {nearby.street}"
    return nearby.village or f"{lat:.5f}, {lon:.5f}"


def detail_of(nearby: Nearby) -> str:
    """The village and what it is a part of."""
    return ", ".join(part for part in (nearby.village, nearby.within) if part)


def warning_of(nearby: Nearby, limit_m: float) -> str:
    """What a driver should know before he goes there; empty where all is well."""
    if nearby.outside:
        return "Titik ini di luar wilayah peta: periksa lagi sebelum mengirim."
    if nearby.road_m is None:
        return f"Titik ini lebih dari {limit_m / 1000:.0f} km dari jalan mana pun di peta: periksa lagi titiknya."
    if nearby.road_m > _FAR_M:
        return f"Titik ini sekitar {round(nearby.road_m, -1):.0f} m dari jalan terdekat: jelaskan jalan masuknya."
    return ""
