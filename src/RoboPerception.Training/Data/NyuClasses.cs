using RoboPerception.Core;

namespace RoboPerception.Training.Data;

/// <summary>From the 894 names of NYU Depth v2 to the 40 classes of Gupta, Arbelaez and Malik (CVPR 2013), and from those to 13.</summary>
internal static class NyuClasses
{
    /// <summary>Classes of the larger set.</summary>
    public const int Count40 = 40;

    /// <summary>Names of the original labels.</summary>
    public const int Count894 = 894;

    private const byte OtherStructure = 38, OtherFurniture = 39, OtherProp = 40;

    // Number from 1 of the 13 classes of each of the 40 (architectures.md section 6.1).
    private static readonly byte[] ThirteenOf40 =
        [12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5, 7, 3, 2, 6, 11, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7];

    // Original label of each of the first 37 classes: they are names of their own.
    private static readonly int[] Named =
        [21, 11, 3, 157, 5, 83, 19, 28, 59, 88, 64, 7, 80, 36, 42, 89, 169, 119, 122, 143, 141, 4, 85, 17, 172, 15, 135, 123, 26, 45, 331, 158, 124, 24, 144, 136, 55];

    private static readonly int[] Structures =
    [
        8, 25, 33, 38, 51, 53, 57, 58, 62, 65, 79, 94, 104, 112, 134, 153, 215, 216, 223, 225, 238, 241, 242, 256, 295, 301, 339, 342, 354, 363, 372, 380, 392, 408,
        412, 453, 456, 463, 477, 497, 541, 550, 553, 567, 573, 582, 591, 609, 612, 615, 642, 645, 657, 658, 659, 663, 667, 668, 686, 700, 702, 777, 778, 782, 850, 861,
        868, 874,
    ];

    private static readonly int[] Furniture =
    [
        12, 43, 48, 50, 87, 106, 111, 161, 163, 174, 183, 204, 214, 219, 221, 224, 236, 262, 278, 291, 298, 313, 343, 344, 356, 359, 373, 393, 401, 414, 418, 419, 430,
        443, 444, 447, 448, 457, 458, 460, 462, 475, 479, 485, 486, 493, 494, 498, 499, 509, 510, 515, 521, 524, 540, 549, 551, 554, 556, 558, 576, 580, 608, 625, 703,
        734, 770, 772, 797, 800, 803, 804, 813, 814, 815, 820, 829, 835, 858, 863, 882, 892,
    ];

    /// <summary>Class of the 40, from 1, of every original label; 0 stays 0 (no label). All other names are props.</summary>
    public static byte[] FortyOfOriginal()
    {
        var table = new byte[Count894 + 1];
        Array.Fill(table, OtherProp, 1, Count894);
        for (var c = 0; c < Named.Length; c++)
        {
            table[Named[c]] = (byte)(c + 1);
        }

        foreach (var label in Structures)
        {
            table[label] = OtherStructure;
        }

        foreach (var label in Furniture)
        {
            table[label] = OtherFurniture;
        }

        return table;
    }

    /// <summary>The class of the 13, from 0, of one of the 40, from 0.</summary>
    public static byte Thirteen(byte forty) => forty < Count40 ? (byte)(ThirteenOf40[forty] - 1) : ClassMap.Unlabelled;

    /// <summary>Stores a map of 40 classes, from 0, as the labels of an image, or the 13 that follow from it; the other set lies beside.</summary>
    public static void Fill(LabeledImage image, byte[] forty, int wanted)
    {
        var thirteen = Array.ConvertAll(forty, Thirteen);
        (wanted == Count40 ? forty : thirteen).CopyTo(image.Labels, 0);
        image.OtherLabels[wanted == Count40 ? ClassMap.Nyu13.Count : Count40] = wanted == Count40 ? thirteen : forty;
    }
}
