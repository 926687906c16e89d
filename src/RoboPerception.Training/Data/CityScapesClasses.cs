using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>The class sets of CityScapes and how they follow from each other (architectures.md section 6.2).</summary>
internal static class CityScapesClasses
{
    // Training class of the label ids that have one.
    private static readonly byte[] LabelIds = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33];

    // flat, construction, object, nature, sky, human, vehicle.
    private static readonly byte[] CategoryOf19 = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6];

    /// <summary>Label id of <c>gtFine</c> to training class.</summary>
    public static byte[] FromLabelIds()
    {
        var table = Rasters.ClassTable(0);
        for (var c = 0; c < LabelIds.Length; c++)
        {
            table[LabelIds[c]] = (byte)c;
        }

        return table;
    }

    /// <summary>From a set of 19 or 7 to one of 7 or 2 classes; people and vehicles are the foreground, void belongs to the background.</summary>
    public static byte[] Coarser(int from, int to)
    {
        var table = Rasters.ClassTable(0);
        for (var c = 0; c < from; c++)
        {
            var category = from == 7 ? (byte)c : CategoryOf19[c];
            table[c] = to == 7 ? category : category >= 5 ? (byte)1 : (byte)0;
        }

        if (to == 2)
        {
            table[ClassMap.Unlabelled] = 0;
        }

        return table;
    }

    /// <summary>Fills the labels asked for, and every coarser set, from the finest map there is.</summary>
    public static void Fill(LabeledImage image, byte[] finest, int have, int wanted)
    {
        foreach (var classes in (ReadOnlySpan<int>)[19, 7, 2])
        {
            if (classes > have)
            {
                continue;
            }

            var map = finest;
            if (classes < have)
            {
                var table = Coarser(have, classes);
                map = Array.ConvertAll(finest, label => table[label]);
            }

            Put(image, map, classes, wanted);
        }
    }

    /// <summary>Stores a class map: as the labels if it is the set asked for, else beside them.</summary>
    public static void Put(LabeledImage image, byte[] map, int classes, int wanted)
    {
        image.OtherLabels[classes] = map;
        if (classes == wanted)
        {
            map.CopyTo(image.Labels, 0);
            image.OtherLabels.Remove(classes);
        }
    }
}
