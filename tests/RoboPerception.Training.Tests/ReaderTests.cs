using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

public sealed class ReaderTests
{
    [Fact]
    public void What_was_written_is_read()
    {
        using var data = new MiniatureData(2);
        var folder = NyuFolder.Open(data.Folder, "ids.txt");
        var expected = MiniatureData.Scene(1, MiniatureData.Height, MiniatureData.Width);
        var image = folder.Read(folder.Ids[1], MiniatureData.Height, MiniatureData.Width);
        Assert.Equal(expected.Rgb, image.Rgb);
        Assert.Equal(expected.Labels, image.Labels);
        Assert.Equal(expected.DepthMillimetres, image.DepthMillimetres);
        Assert.All(expected.Normals.Zip(image.Normals), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
    }

    [Fact]
    public void Another_size_keeps_labels_whole_and_depth_unmixed()
    {
        using var data = new MiniatureData(1);
        var image = NyuFolder.Open(data.Folder, "ids.txt").Read("0001", 32, 32);
        Assert.Subset(new HashSet<byte> { 3, 4, 11 }, image.Labels.ToHashSet());
        var original = MiniatureData.Scene(0, MiniatureData.Height, MiniatureData.Width).DepthMillimetres.ToHashSet();
        Assert.Subset(original, image.DepthMillimetres.ToHashSet());
    }

    [Fact]
    public void Inpainted_depth_is_in_metres_and_forgotten_in_the_border()
    {
        using var data = new MiniatureData(1, depth16: false);
        var image = NyuFolder.Open(data.Folder, "ids.txt").Read("0001", MiniatureData.Height, MiniatureData.Width);
        Assert.Equal(0, image.DepthMillimetres[0]);
        Assert.Equal(0, image.Normals[2]);
        var wall = image.DepthMillimetres[(MiniatureData.Width * 8) + (MiniatureData.Width / 2)];
        Assert.InRange(wall, 2980, 3020);
        Assert.NotEqual(ClassMap.Unlabelled, image.Labels[0]);
    }

    [Fact]
    public void Pixels_without_a_normal_stay_without()
    {
        using var data = new MiniatureData(1);
        using (var grey = new Mat(MiniatureData.Height, MiniatureData.Width, MatType.CV_8UC3, new Scalar(127, 128, 127)))
        {
            grey.Set(0, 0, new Vec3b(0, 0, 0));
            Cv2.ImWrite(Path.Combine(data.Folder, "normal/0001.png"), grey);
        }

        Assert.All(NyuFolder.Open(data.Folder, "ids.txt").Read("0001", 32, 32).Normals, component => Assert.Equal(0, component));
    }

    [Theory]
    [InlineData("rgb/0002.png")]
    [InlineData("seg13/0002.png")]
    [InlineData("depth/0002.png")]
    [InlineData("normal/0002.png")]
    public void A_damaged_file_is_named(string name)
    {
        using var data = new MiniatureData(2);
        File.WriteAllText(Path.Combine(data.Folder, name), "not an image");
        var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(NyuFolder.Open(data.Folder, "ids.txt"), 32, 32));
        Assert.Contains(Path.Combine(data.Folder, name), error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NoSource, error.ExitCode);
    }

    [Theory]
    [InlineData("rgb/0001.jpg")]
    [InlineData("seg13/0001.png")]
    [InlineData("depth/0001.png")]
    public void A_file_that_was_cut_short_is_named(string name)
    {
        using var data = new MiniatureData(1);
        if (name.EndsWith(".jpg", StringComparison.Ordinal))
        {
            using var mat = Cv2.ImRead(Path.Combine(data.Folder, "rgb/0001.png"));
            Cv2.ImWrite(Path.Combine(data.Folder, name), mat);
        }

        var folder = NyuFolder.Open(data.Folder, "ids.txt");
        folder.Read("0001", 32, 32);
        var path = Path.Combine(data.Folder, name);
        var content = File.ReadAllBytes(path);
        File.WriteAllBytes(path, content[..(content.Length * 2 / 3)]);
        Assert.Contains(path, Assert.Throws<UserErrorException>(() => folder.Read("0001", 32, 32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_beyond_the_classes_are_refused_and_forty_classes_have_their_own_folder()
    {
        using var data = new MiniatureData(1);
        Directory.Move(Path.Combine(data.Folder, "seg13"), Path.Combine(data.Folder, "seg40"));
        Assert.Contains("seg40", Assert.Throws<UserErrorException>(() => NyuFolder.Open(data.Folder, "ids.txt")).Message, StringComparison.Ordinal);
        Assert.Equal(40, NyuFolder.Open(data.Folder, "ids.txt", 40).Classes.Count);
        using (var labels = new Mat(4, 4, MatType.CV_8UC1, new Scalar(40)))
        {
            Cv2.ImWrite(Path.Combine(data.Folder, "seg40/0001.png"), labels);
        }

        Assert.Contains("class 40", Assert.Throws<UserErrorException>(() => NyuFolder.Open(data.Folder, "ids.txt", 40).Read("0001", 32, 32)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var data = new MiniatureData(2);
        File.Delete(Path.Combine(data.Folder, "seg13/0001.png"));
        var error = Assert.Throws<UserErrorException>(() => ImageSet.Load(NyuFolder.Open(data.Folder, "ids.txt"), 32, 32));
        Assert.Contains(Path.Combine(data.Folder, "seg13/0001.png"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_with_eight_bits_where_sixteen_are_needed_is_refused()
    {
        using var data = new MiniatureData(1);
        File.Copy(Path.Combine(data.Folder, "seg13/0001.png"), Path.Combine(data.Folder, "depth/0001.png"), overwrite: true);
        var error = Assert.Throws<UserErrorException>(() => NyuFolder.Open(data.Folder, "ids.txt").Read("0001", 32, 32));
        Assert.Contains("CV_16UC1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_or_list_is_named()
    {
        using var data = new MiniatureData(1);
        Assert.Contains("nowhere", Assert.Throws<UserErrorException>(() => NyuFolder.Open("nowhere", "ids.txt")).Message, StringComparison.Ordinal);
        Assert.Contains("ids_other.txt", Assert.Throws<UserErrorException>(() => NyuFolder.Open(data.Folder, "ids_other.txt")).Message, StringComparison.Ordinal);
    }
}
