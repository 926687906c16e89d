using RoboPerception.Core;

namespace RoboPerception.Training.Tasks;

/// <summary>Class sets of the papers' data sets beside <see cref="ClassMap.Nyu13"/>, in the order of the label values.</summary>
internal static class TaskClasses
{
    /// <summary>CityScapes, foreground and background.</summary>
    public static ClassMap CityScapes2 { get; } = Named("background,foreground");

    /// <summary>CityScapes, categories without void.</summary>
    public static ClassMap CityScapes7 { get; } = Named("flat,construction,object,nature,sky,human,vehicle");

    /// <summary>CityScapes, training classes.</summary>
    public static ClassMap CityScapes19 { get; } = Named(
        "road,sidewalk,building,wall,fence,pole,traffic light,traffic sign,vegetation,terrain,sky,person,rider,car,truck,bus,train,motorcycle,bicycle");

    /// <summary>PASCAL VOC with background.</summary>
    public static ClassMap Pascal21 { get; } = Named(
        "background,aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,dining table,dog,horse,motorbike,person,potted plant,sheep,sofa,train,tv monitor");

    /// <summary>NYU Depth v2 with 40 classes (Gupta, Arbelaez, Malik, CVPR 2013).</summary>
    public static ClassMap Nyu40 { get; } = Named(
        "wall,floor,cabinet,bed,chair,sofa,table,door,window,bookshelf,picture,counter,blinds,desk,shelves,curtain,dresser,pillow,mirror,floor mat,"
        + "clothes,ceiling,books,refrigerator,television,paper,towel,shower curtain,box,whiteboard,person,night stand,toilet,sink,lamp,bathtub,bag,"
        + "other structure,other furniture,other prop");

    /// <summary>Parts of people on PASCAL, background first.</summary>
    public static ClassMap HumanParts { get; } = Named("background,head,torso,upper arm,lower arm,upper leg,lower leg");

    /// <summary>The set of as many classes as the papers name it by: 2, 7, 13, 19, 21 or 40.</summary>
    /// <exception cref="UserErrorException">Another number.</exception>
    public static ClassMap Of(int count) => count switch
    {
        2 => CityScapes2,
        7 => CityScapes7,
        13 => ClassMap.Nyu13,
        19 => CityScapes19,
        21 => Pascal21,
        40 => Nyu40,
        _ => throw new UserErrorException(ExitCode.Usage, $"There is no set of {count} classes; choose one of 2, 7, 13, 19, 21, 40."),
    };

    // Hues a golden angle apart in two lightnesses: neighbours in the list are never alike.
    internal static ClassMap Named(string names) => new(names.Split(',').Select((name, id) =>
    {
        var hue = id * 137.508 % 360 / 60;
        var (high, low) = id % 2 == 0 ? (230, 60) : (150, 20);
        return new ClassInfo(id, name, Channel(hue + 2, high, low), Channel(hue, high, low), Channel(hue - 2, high, low));
    }));

    private static byte Channel(double hue, int high, int low)
    {
        var turn = ((hue % 6) + 6) % 6;
        var share = Math.Clamp(2 - Math.Abs(turn - 2), 0, 1);
        return (byte)Math.Round(low + ((high - low) * share));
    }
}
