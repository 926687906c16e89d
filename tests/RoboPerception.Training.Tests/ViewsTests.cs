using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: whatever the view, the labels still describe the image.</summary>
public sealed class ViewsTests
{
    private const int Height = 32, Width = 64;

    [Fact]
    public void A_quarter_turn_moves_pixels_and_normals_alike()
    {
        var scene = new LabeledImage(Width, Width);
        for (var i = 0; i < Width * Width; i++)
        {
            scene.Labels[i] = (byte)(i % Width < Width / 2 ? 1 : 2);
            scene.DepthMillimetres[i] = 2000;
            (scene.Normals[3 * i], scene.Normals[(3 * i) + 2]) = (76, -102);
        }

        var batch = new Batch(1, Width, Width);
        SampleWriter.Write(scene, View.Whole with { Rotation = 90 }, batch, 0);

        // Clockwise: what was left is now above, and what pointed right points down.
        Assert.Equal(1, batch.Labels[Width / 2]);
        Assert.Equal(2, batch.Labels[((Width - 1) * Width) + (Width / 2)]);
        Assert.Equal(0, batch.Normals[0], 5);
        Assert.Equal(0.6f, batch.Normals[batch.Pixels], 2);
        Assert.Equal(-0.8f, batch.Normals[2 * batch.Pixels], 2);
        Assert.All(batch.Depth, depth => Assert.Equal(2, depth, 5));
    }

    [Fact]
    public void Turning_there_and_back_gives_the_normals_back()
    {
        var scene = MiniatureData.Scene(1, Height, Width);
        (scene.Normals[0], scene.Normals[1], scene.Normals[2]) = (60, 40, -104);
        foreach (var flip in new[] { false, true })
        {
            var geometry = new ViewGeometry(scene, View.Whole with { Rotation = 17, Flip = flip }, Height, Width);
            var back = new ViewGeometry(scene, View.Whole with { Rotation = -17, Flip = flip }, Height, Width);
            var (x, y) = geometry.Turn(60, 40);
            Assert.Equal((60, 40), (Math.Round(back.Turn(x, y).X), Math.Round(back.Turn(x, y).Y)));
        }
    }

    [Fact]
    public void Flipping_twice_is_the_image_itself()
    {
        var scene = MiniatureData.Scene(2, Height, Width);
        for (var i = 0; i < Height * Width; i++)
        {
            (scene.Normals[3 * i], scene.Normals[(3 * i) + 1], scene.Normals[(3 * i) + 2]) = (76, 0, -102);
        }

        var once = new Batch(1, Height, Width);
        SampleWriter.Write(scene, View.Whole with { Flip = true }, once, 0);
        var mirrored = new LabeledImage(Height, Width);
        for (var i = 0; i < once.Pixels; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                mirrored.Rgb[(3 * i) + c] = (byte)MathF.Round(once.Images[(3 * i) + c] * 255);
                mirrored.Normals[(3 * i) + c] = (sbyte)MathF.Round(once.Normals[(c * once.Pixels) + i] * 127);
            }
        }

        var twice = new Batch(1, Height, Width);
        SampleWriter.Write(mirrored, View.Whole with { Flip = true }, twice, 0);
        var plain = new Batch(1, Height, Width);
        SampleWriter.Write(scene, View.Whole, plain, 0);
        Assert.Equal(plain.Images, twice.Images);
        Assert.Equal(plain.Normals, twice.Normals);
    }

    [Fact]
    public void Beyond_the_edge_nothing_is_known()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        scene.Edges = new byte[Height * Width];
        scene.Saliency = new byte[Height * Width];
        scene.HumanParts = new byte[Height * Width];
        var batch = new Batch(1, Height, Width);
        SampleWriter.Write(scene, new View(-8, -16, 0.5, false, (1, 1, 1), 1, 1), batch, 0);
        Assert.Equal(Batch.Unknown, batch.Labels[0]);
        Assert.Equal((0f, 0f, 0f), (batch.Depth[0], batch.Normals[2 * batch.Pixels], batch.Images[0]));
        Assert.Equal((-1f, -1f, -1L), (batch.Edges![0], batch.Saliency![0], batch.HumanParts![0]));
        Assert.NotEqual(Batch.Unknown, batch.Labels[(Height / 2 * Width) + (Width / 2)]);
    }

    [Fact]
    public void Class_maps_are_never_interpolated()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        scene.HumanParts = [.. Enumerable.Range(0, Height * Width).Select(i => (byte)(i % 2 * 6))];
        scene.OtherLabels[40] = [.. Enumerable.Range(0, Height * Width).Select(i => (byte)(i % 2 * 39))];
        var random = new Random(3);
        var augmentation = new Augmentation(Height, Width) { Rule = AugmentationRule.MtiPascal };
        for (var n = 0; n < 20; n++)
        {
            var batch = new Batch(1, Height, Width);
            SampleWriter.Write(scene, augmentation.Draw(random, Height, Width), batch, 0);
            Assert.Subset(new HashSet<long> { -1, 0, 6 }, batch.HumanParts!.ToHashSet());
            Assert.Subset(new HashSet<long> { -1, 0, 39 }, batch.OtherLabels[40].ToHashSet());
            Assert.Subset(new HashSet<long> { -1, 3, 4, 11 }, batch.Labels.ToHashSet());
        }
    }

    [Fact]
    public void Rules_draw_what_their_papers_say()
    {
        var views = Enumerable.Range(0, 200).Select(seed => new Augmentation(Height, Width) { Rule = AugmentationRule.MtiPascal }.Draw(new Random(seed), Height, Width)).ToArray();
        Assert.All(views, view => Assert.InRange(view.Rotation, -20, 20));
        Assert.All(views, view => Assert.InRange(view.Zoom, 0.75, 1.25));
        Assert.All(views, view => Assert.Equal(Width / 2.0, view.Left + (Width / 2 / view.Zoom), 9));
        Assert.InRange(views.Count(view => view.Flip), 60, 140);
        var nyu = Enumerable.Range(0, 50).Select(seed => new Augmentation(Height, Width) { Rule = AugmentationRule.MtiNyu }.Draw(new Random(seed), Height, Width).Zoom);
        Assert.Equal([1, 1.2, 1.5], nyu.Distinct().Order());
        Assert.All(
            Enumerable.Range(0, 20).Select(seed => new Augmentation(72, 72) { Rule = AugmentationRule.CentreCrop }.Draw(new Random(seed), 72, 100)),
            view => Assert.Equal((14.0, 1.0, false), (view.Left, view.Zoom, view.Flip)));
    }

    [Fact]
    public void Zooming_leaves_slanted_normals_as_they_are()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        for (var i = 0; i < Height * Width; i++)
        {
            (scene.Normals[3 * i], scene.Normals[(3 * i) + 1], scene.Normals[(3 * i) + 2]) = (60, -40, -104);
        }

        foreach (var zoom in new[] { 1, 1.2, 1.5 })
        {
            var batch = new Batch(1, Height, Width);
            SampleWriter.Write(scene, View.Whole with { Zoom = zoom }, batch, 0);
            Assert.All(batch.Normals[..batch.Pixels], x => Assert.Equal(60 / 126.55f, x, 2));
            Assert.All(batch.Normals[(2 * batch.Pixels)..], z => Assert.Equal(-104 / 126.55f, z, 2));
        }
    }

    [Fact]
    public void The_signs_of_normals_are_found_by_what_a_camera_can_see()
    {
        using var rooms = new SceneImages(11, 3, 48, 64);
        var images = Enumerable.Range(0, 3).Select(place => rooms.Read(0, place)).ToArray();
        foreach (var (x, y, z) in new[] { (1, 1, 1), (1, 1, -1), (-1, 1, -1), (1, -1, -1), (-1, -1, -1) })
        {
            var turned = images.Select(image => (
                image.Normals.Select((value, i) => value / 127f * (i % 3) switch { 0 => x, 1 => y, _ => z }).ToArray(), image.Height, image.Width));
            Assert.Equal(new NormalsSigns(x, y, z), NormalsSigns.Detect(turned));
        }

        Assert.Equal(NormalsSigns.AsTheyAre, NormalsSigns.Detect([(new float[3 * 12], 3, 4)]));
    }

    [Fact]
    public void Normals_of_a_lower_resolution_are_compared_at_their_own()
    {
        // A ground truth of four pixels over an image of 8x8; the prediction is right in the left half.
        var image = new LabeledImage(8, 8) { OwnNormals = new NormalsGrid(2, 2, [0, 0, -127, 0, 0, -127, 0, 0, 0, 0, 0, -127]) };
        var prediction = new float[3 * 64];
        for (var i = 0; i < 64; i++)
        {
            prediction[i % 8 < 4 ? 128 + i : i] = -1;
        }

        var batch = new Batch(1, 8, 8);
        SampleWriter.Write(image, View.Whole, batch, 0);
        var meter = new NormalsMeter();
        GroundTruth.Compare(meter, TaskDescription.Normals, prediction, batch, [image]);
        var mean = meter.Values().Single(value => value.Name == "normals.mean_angle_pooled").Value;

        // Three pixels count: one right, two at a right angle.
        Assert.Equal(60, mean, 3);
    }

    [Fact]
    public void The_reader_keeps_both_grids()
    {
        using var data = new MiniatureData(1);
        var reader = NyuFolder.Open(data.Folder, "ids.txt");
        var image = reader.Read("0001", 96, 128, keepOwnNormals: true);
        Assert.Equal((MiniatureData.Height, MiniatureData.Width), (image.OwnNormals!.Height, image.OwnNormals.Width));
        Assert.Null(reader.Read("0001", 32, 32, keepOwnNormals: true).OwnNormals);
        Assert.Null(reader.Read("0001", 96, 128).OwnNormals);
    }
}
