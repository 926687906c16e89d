using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: MTAN's NumPy layouts read as their descriptions say, and what is wrong in them is named.</summary>
public sealed class FormatsNpyTests : IDisposable
{
    private const int Height = 8, Width = 12, Pixels = Height * Width;
    private readonly FormatFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("<f8")]
    [InlineData("<f4")]
    [InlineData("<i8")]
    [InlineData("<i4")]
    [InlineData("<i2")]
    [InlineData("|u1")]
    public void Every_type_of_number_is_read(string type)
    {
        folder.Npy("a.npy", type, [2, 3], i => 10 + i);
        var array = NpyArray.Read(folder.At("a.npy"));
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([10, 11, 12, 13, 14, 15], array.Values);
    }

    [Fact]
    public void Fortran_order_is_turned_into_rows()
    {
        folder.Npy("a.npy", "<f8", [2, 3], i => i, fortran: true);
        Assert.Equal([0, 2, 4, 1, 3, 5], NpyArray.Read(folder.At("a.npy")).Values);
    }

    [Fact]
    public void Other_files_types_and_cut_files_are_refused_by_name()
    {
        File.WriteAllText(folder.At("text.npy"), "no array at all");
        folder.Npy("whole.npy", "<f8", [4, 4], i => i);
        File.WriteAllBytes(folder.At("cut.npy"), File.ReadAllBytes(folder.At("whole.npy"))[..^8]);
        File.WriteAllBytes(folder.At("big.npy"), [.. File.ReadAllBytes(folder.At("whole.npy")).Select(b => b == '<' ? (byte)'>' : b)]);
        foreach (var name in new[] { "text.npy", "cut.npy", "big.npy", "none.npy" })
        {
            Assert.Contains(name, Assert.Throws<UserErrorException>(() => NpyArray.Read(folder.At(name))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void MTANs_NYU_is_recognised_and_read()
    {
        WriteNyu("train", 2);
        WriteNyu("val", 1);
        var reader = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0));
        Assert.IsType<MtanNyu>(reader);
        Assert.Equal(["train/0", "train/1"], reader.Ids);
        Assert.Equal(["val/0"], DataFormats.Open(new DataRequest(folder.Root, null, Validation: true, 0)).Ids);
        var image = reader.Read("train/1", Height, Width);
        Assert.Equal(51, image.Rgb[1]);
        Assert.Equal(ClassMap.Unlabelled, image.Labels[0]);
        Assert.Equal(12, image.Labels[13]);
        Assert.Equal(0, image.DepthMillimetres[0]);
        Assert.Equal(1505, image.DepthMillimetres[5]);
        Assert.Equal(new sbyte[] { 0, 0, 0 }, image.Normals[..3]);
        Assert.Equal(new sbyte[] { 76, 0, -102 }, image.Normals[3..6]);
    }

    [Fact]
    public void Normals_that_point_away_from_the_camera_are_turned_round()
    {
        WriteNyu("train", 1, sign: -1);
        var image = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0)).Read("train/0", Height, Width);
        Assert.True(image.Normals[5] < 0, "z towards the camera");
    }

    [Fact]
    public void A_missing_file_inside_the_row_is_named_with_its_index()
    {
        WriteNyu("train", 3);
        File.Delete(folder.At("train/depth/1.npy"));
        var reader = DataFormats.Open(new DataRequest("mtan-nyu:" + folder.Root, "train", Validation: false, 0));
        var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(reader, Height, Width));
        Assert.Contains("Image 1 ", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("depth", "1.npy"), error.Message, StringComparison.Ordinal);
        var whole = ImageSet.Load(reader, Height, Width, damaged: DamagePolicy.Skip);
        Assert.Equal(2, whole.Count);
        Assert.Equal((1, "train/1"), (Assert.Single(whole.Damaged).Index, whole.Damaged[0].Id));
    }

    [Fact]
    public void Labels_and_shapes_that_cannot_be_are_refused()
    {
        WriteNyu("train", 2);
        folder.Npy("train/label/0.npy", "<i8", [Height, Width], _ => 13);
        folder.Npy("train/normal/1.npy", "<f4", [3, Height, Width], _ => 0);
        var reader = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0));
        Assert.Contains("13", Assert.Throws<UserErrorException>(() => reader.Read("train/0", Height, Width)).Message, StringComparison.Ordinal);
        Assert.Contains("(3, 8, 12)", Assert.Throws<UserErrorException>(() => reader.Read("train/1", Height, Width)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MTANs_CityScapes_has_inverse_depth_and_three_class_sets()
    {
        WriteCity();
        var reader = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0));
        Assert.IsType<MtanCityScapes>(reader);
        Assert.Equal(7, reader.Classes.Count);
        var image = reader.Read("train/0", Height, Width);
        Assert.True(image.IsInverseDepth);
        Assert.Equal(32257, image.DepthMillimetres[1]);
        Assert.Equal(0, image.DepthMillimetres[0]);
        var nineteen = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 19)).Read("train/0", Height, Width);
        Assert.Equal([ClassMap.Unlabelled, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18], nineteen.Labels[..20]);
        Assert.Equal([ClassMap.Unlabelled, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 6, 6, 6, 6], nineteen.OtherLabels[7][..20]);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1], nineteen.OtherLabels[2][..20]);
    }

    [Fact]
    public void Zooming_in_enlarges_inverse_depth()
    {
        WriteCity();
        var image = DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 0)).Read("train/0", Height, Width);
        Array.Fill(image.DepthMillimetres, (ushort)(65536 / 8));
        var batch = new Batch(1, Height, Width);
        SampleWriter.Write(image, View.Whole with { Zoom = 1.5 }, batch, 0);
        Assert.All(batch.Depth, value => Assert.Equal(0.1875f, value, 6));
        Assert.Equal(batch.Labels.Length, batch.OtherLabels[2].Length);
    }

    [Fact]
    public void A_class_set_that_is_not_there_names_those_that_are()
    {
        WriteCity();
        var error = Assert.Throws<UserErrorException>(() => DataFormats.Open(new DataRequest(folder.Root, null, Validation: false, 13)));
        Assert.Contains("7, 19, 2", error.Message, StringComparison.Ordinal);
    }

    private void WriteNyu(string split, int count, int sign = 1)
    {
        for (var n = 0; n < count; n++)
        {
            folder.Npy($"{split}/image/{n}.npy", "<f8", [Height, Width, 3], i => i % 3 * 0.2);
            folder.Npy($"{split}/label/{n}.npy", "<i8", [Height, Width], i => (i % 14) - 1);
            folder.Npy($"{split}/depth/{n}.npy", "<f4", [Height, Width, 1], i => i == 0 ? 0 : 1.5 + (i / 1000.0));
            folder.Npy($"{split}/normal/{n}.npy", "<f4", [Height, Width, 3], i => i < 3 ? 0 : sign * (i % 3) switch { 0 => 0.6, 2 => -0.8, _ => 0 });
        }
    }

    private void WriteCity()
    {
        folder.Npy("train/image/0.npy", "<f4", [Height, Width, 3], _ => 0.5);
        folder.Npy("train/label_19/0.npy", "<i4", [Height, Width], i => (i % 20) - 1);
        folder.Npy("train/depth/0.npy", "<f4", [Height, Width, 1], i => i % 2 * 32257 / 65536.0);
    }
}
