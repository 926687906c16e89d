namespace RoboPerception.Scenes;

/// <summary>What a room is used for.</summary>
internal enum RoomKind
{
    /// <summary>Beds, night stands, wardrobe.</summary>
    Bedroom,

    /// <summary>Sofas around a coffee table and a television.</summary>
    Living,

    /// <summary>Desks, swivel chairs, cabinets.</summary>
    Office,

    /// <summary>A table with chairs, a sideboard.</summary>
    Dining,

    /// <summary>Bookcases, a desk, an armchair.</summary>
    Study,

    /// <summary>Counters, wall cabinets, a refrigerator, a small table.</summary>
    Kitchen,

    /// <summary>Everything in one room.</summary>
    Studio,
}
