using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: NYU Depth v2 reads from the files that its authors publish.</summary>
public sealed class FormatsMatTests : IDisposable
{
    private const int Height = 24, Width = 32, Pixels = Height * Width, Count = 3;
    private readonly FormatFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_published_file_is_recognised_and_its_columns_become_rows()
    {
        Write();
        using var reader = Assert.IsType<NyuMat>(DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 40)));
        Assert.Equal(["0001", "0003"], reader.Ids);
        var image = reader.Read("0003", Height, Width);
        for (var i = 0; i < Pixels; i++)
        {
            Assert.Equal(Colour(2, i, 0), image.Rgb[3 * i]);
            Assert.Equal(Colour(2, i, 2), image.Rgb[(3 * i) + 2]);
            Assert.Equal(Math.Round(Depth(i) * 1000), image.DepthMillimetres[i]);
        }

        // Labels 0, 21 (wall), 11 (floor), 356 (coffee table: other furniture), 894 (a prop).
        Assert.Equal([ClassMap.Unlabelled, 0, 1, 38, 39], image.Labels[..5]);
        Assert.Equal([ClassMap.Unlabelled, 11, 4, 5, 6], image.OtherLabels[13][..5]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_validation_split_is_the_official_test_split(bool compressed)
    {
        Write(compressed);
        using var reader = (NyuMat)DataFormats.Open(new DataRequest("nyu-mat:" + folder.At(NyuMat.FileName), null, Validation: true, 0));
        Assert.Equal(["0002"], reader.Ids);
        Assert.Equal(13, reader.Classes.Count);
    }

    [Fact]
    public void A_mapping_beside_the_file_goes_before_ours()
    {
        Write();
        folder.Mat5("classMapping40.mat", true, FormatFolder.Numbers("mapClass", 6, 1, 894, i => i == 20 ? 5 : 40));
        using var reader = (NyuMat)DataFormats.Open(new DataRequest(folder.Root, "all", Validation: false, 40));
        Assert.Equal([ClassMap.Unlabelled, 4, 39], reader.Read("0001", Height, Width).Labels[..3]);
    }

    [Fact]
    public void Normals_are_fitted_to_the_depth()
    {
        Write();
        using var reader = (NyuMat)DataFormats.Open(new DataRequest(folder.Root, "all", Validation: false, 0));
        var image = reader.Read("0001", Height, Width, keepOwnNormals: true);
        Assert.Equal((Height / 2, Width / 2), (image.OwnNormals!.Height, image.OwnNormals.Width));

        // The depth is that of a wall that leans: a X + b Y + c Z = 1.
        var expected = Lean();
        for (var i = 0; i < image.OwnNormals.Values.Length; i += 3)
        {
            var cosine = Enumerable.Range(0, 3).Sum(c => image.OwnNormals.Values[i + c] / 127.0 * expected[c]);
            Assert.True(cosine > 0.995, $"normal {i / 3} is within 6 degrees, cosine {cosine}");
        }
    }

    [Fact]
    public void An_entry_beyond_the_end_a_missing_array_and_a_cut_file_are_named()
    {
        Write();
        folder.Text("ids.txt", "0009");
        using (var reader = (NyuMat)DataFormats.Open(new DataRequest(folder.Root, "ids.txt", Validation: false, 0)))
        {
            var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(reader, Height, Width));
            Assert.Contains("no entry 8", error.Message, StringComparison.Ordinal);
            Assert.Contains("Image 0 ", error.Message, StringComparison.Ordinal);
        }

        using (var file = Hdf5File.Open(folder.At(NyuMat.FileName)))
        {
            Assert.Contains("scenes", Assert.Throws<UserErrorException>(() => file.Shape("scenes")).Message, StringComparison.Ordinal);
        }

        var content = File.ReadAllBytes(folder.At(NyuMat.FileName));
        File.WriteAllBytes(folder.At("cut.mat"), content[..(content.Length / 2)]);
        Assert.Contains("cut.mat", Assert.Throws<UserErrorException>(() => DataFormats.Open(new DataRequest(folder.At("cut.mat"), "all", Validation: false, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_splits_the_remedy_is_told()
    {
        Write();
        File.Delete(folder.At("splits.mat"));
        Assert.Contains("splits.mat", Assert.Throws<UserErrorException>(() => DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_forty_classes_and_the_thirteen_agree_with_the_specification()
    {
        var table = NyuClasses.FortyOfOriginal();
        Assert.Equal(895, table.Length);
        for (byte named = 1; named <= 37; named++)
        {
            Assert.Single(table, named);
        }

        byte[] thirteen = [12, 5, 6, 1, 4, 9, 10, 12, 13, 6, 8, 6, 13, 10, 6, 13, 6, 7, 7, 5, 7, 3, 2, 6, 11, 7, 7, 7, 7, 7, 7, 6, 7, 7, 7, 7, 7, 7, 6, 7];
        Assert.Equal(thirteen.Select(number => (byte)(number - 1)), Enumerable.Range(0, 40).Select(forty => NyuClasses.Thirteen((byte)forty)));
    }

    [Fact]
    public void Texts_and_nested_structures_of_level_5_are_read()
    {
        folder.Mat5("s.mat", true, FormatFolder.Structures("s", ["name", "inner"],
            [FormatFolder.Letters("", "abc"), FormatFolder.Structures("", ["x"], [FormatFolder.Numbers("", 9, 1, 2, i => i + 1)])],
            [FormatFolder.Letters("", "wider"), FormatFolder.Structures("", ["x"])]));
        var elements = MatFile.Read(folder.At("s.mat"))["s"].Elements;
        Assert.Equal(["abc", "wider"], elements.Select(element => element["name"].Text));
        Assert.Equal([1.0, 2.0], elements[0]["inner"].Elements[0]["x"].Numbers);
        Assert.Empty(elements[1]["inner"].Elements);
    }

    private static byte Colour(int n, int pixel, int channel) => (byte)((n * 40) + (pixel % Width) + (2 * (pixel / Width)) + (channel * 20));

    private static double[] Plane() => [0.08, -0.1, 0.4];

    private static double[] Lean()
    {
        var length = Math.Sqrt(Plane().Sum(component => component * component));
        return [.. Plane().Select(component => -component / length)];
    }

    private static double Depth(int pixel)
    {
        double x = ((pixel % Width) + 0.5 - (325.582 / 640 * Width)) / (518.858 / 480 * Height), y = ((pixel / Width) + 0.5 - (253.736 / 480 * Height)) / (519.470 / 480 * Height);
        return 1 / ((Plane()[0] * x) + (Plane()[1] * y) + Plane()[2]);
    }

    private void Write(bool compressed = true)
    {
        int[] labels = [0, 21, 11, 356, 894];
        var images = new byte[Count * 3 * Pixels];
        var depths = new float[Count * Pixels];
        var named = new ushort[Count * Pixels];
        for (var n = 0; n < Count; n++)
        {
            for (var i = 0; i < Pixels; i++)
            {
                var column = (i % Width * Height) + (i / Width);
                for (var c = 0; c < 3; c++)
                {
                    images[(((n * 3) + c) * Pixels) + column] = Colour(n, i, c);
                }

                depths[(n * Pixels) + column] = (float)Depth(i);
                named[(n * Pixels) + column] = (ushort)labels[i % labels.Length];
            }
        }

        var file = new Hdf5Writer(folder.At(NyuMat.FileName));
        file.Add("images", [Count, 3, Width, Height], images);
        file.Add("depths", [Count, Width, Height], depths);
        file.Add("labels", [Count, Width, Height], named);
        file.Write();
        folder.Mat5("splits.mat", compressed, FormatFolder.Numbers("trainNdxs", 6, 2, 1, i => (2 * i) + 1), FormatFolder.Numbers("testNdxs", 6, 1, 1, _ => 2));
    }
}
