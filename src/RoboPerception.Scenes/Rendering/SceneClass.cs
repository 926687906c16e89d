namespace RoboPerception.Scenes;

/// <summary>The 13 indoor classes of NYU Depth v2, in the order of the papers; values are the ids in label images.</summary>
internal enum SceneClass : byte
{
    /// <summary>Beds with their bedding.</summary>
    Bed = 0,

    /// <summary>Books.</summary>
    Books = 1,

    /// <summary>Ceilings.</summary>
    Ceiling = 2,

    /// <summary>Chairs, stools.</summary>
    Chair = 3,

    /// <summary>Floors and floor mats.</summary>
    Floor = 4,

    /// <summary>Cabinets, shelves, dressers, night stands, counters.</summary>
    Furniture = 5,

    /// <summary>Lamps, pillows, boxes, plants, mirrors and every other thing.</summary>
    Objects = 6,

    /// <summary>Pictures on walls.</summary>
    Picture = 7,

    /// <summary>Sofas and armchairs.</summary>
    Sofa = 8,

    /// <summary>Tables and desks.</summary>
    Table = 9,

    /// <summary>Televisions.</summary>
    Tv = 10,

    /// <summary>Walls; doors too, as in the official map of 40 classes to 13.</summary>
    Wall = 11,

    /// <summary>Windows; blinds and curtains too, as in the official map.</summary>
    Window = 12,
}
