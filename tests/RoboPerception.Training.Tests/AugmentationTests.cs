using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

public sealed class AugmentationTests
{
    private const int Height = 32, Width = 64;

    [Fact]
    public void The_whole_view_is_the_image_itself()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        var batch = Render(scene, View.Whole);
        Assert.All(scene.Rgb.Zip(batch.Images), pair => Assert.Equal(pair.First / 255f, pair.Second, 6));
        Assert.Equal(scene.Labels.Select(label => (long)label), batch.Labels);
        Assert.All(scene.DepthMillimetres.Zip(batch.Depth), pair => Assert.Equal(pair.First / 1000f, pair.Second, 5));
    }

    [Fact]
    public void Mirroring_turns_everything_round_and_normals_in_x()
    {
        var scene = MiniatureData.Scene(1, Height, Width);
        for (var i = 0; i < Height * Width; i++)
        {
            (scene.Normals[3 * i], scene.Normals[(3 * i) + 2]) = (76, -102);
        }

        Batch plain = Render(scene, View.Whole), mirrored = Render(scene, View.Whole with { Flip = true });
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                int here = (y * Width) + x, there = (y * Width) + Width - 1 - x;
                Assert.Equal(plain.Labels[here], mirrored.Labels[there]);
                Assert.Equal(plain.Depth[here], mirrored.Depth[there]);
                Assert.Equal(plain.Images[3 * here], mirrored.Images[3 * there], 5);
                Assert.Equal(plain.Normals[here], -mirrored.Normals[there]);
                Assert.Equal(plain.Normals[(2 * Height * Width) + here], mirrored.Normals[(2 * Height * Width) + there]);
            }
        }
    }

    [Fact]
    public void Zooming_in_brings_a_wall_nearer()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        Array.Fill(scene.DepthMillimetres, (ushort)3000);
        var batch = Render(scene, new View(4, 8, 1.5, false, (1, 1, 1), 1, 1));
        Assert.All(batch.Depth, depth => Assert.Equal(2, depth, 5));
    }

    [Fact]
    public void Zooming_keeps_normals_and_the_missing_stay_missing()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        scene.DepthMillimetres.AsSpan().Clear();
        scene.Normals.AsSpan(0, 3 * Width).Clear();
        var batch = Render(scene, View.Whole with { Zoom = 1.2 });
        Assert.All(batch.Depth, depth => Assert.Equal(0, depth));
        Assert.Equal(0, batch.Normals[2 * Height * Width]);
        for (var i = 0; i < batch.Pixels; i++)
        {
            var length = MathF.Sqrt(Enumerable.Range(0, 3).Sum(c => batch.Normals[(c * batch.Pixels) + i] * batch.Normals[(c * batch.Pixels) + i]));
            Assert.True(length == 0 || Math.Abs(length - 1) < 1e-5, "unit length or none");
        }
    }

    [Fact]
    public void Unlabelled_pixels_are_void()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        Array.Fill(scene.Labels, Core.ClassMap.Unlabelled);
        Assert.All(Render(scene, View.Whole).Labels, label => Assert.Equal(Tasks.TaskLosses.VoidLabel, label));
    }

    [Fact]
    public void A_drawn_crop_lies_inside_the_image()
    {
        var augmentation = new Augmentation(32, 32);
        for (var seed = 0; seed < 200; seed++)
        {
            var view = augmentation.Draw(new Random(seed), 48, 64);
            Assert.InRange(view.Top, 0, 48 - (32 / view.Zoom) + 1e-9);
            Assert.InRange(view.Left, 0, 64 - (32 / view.Zoom) + 1e-9);
            Assert.InRange(view.Zoom, 32.0 / 48, 1.5);
        }
    }

    [Fact]
    public void Whole_images_are_zoomed_by_the_factors_of_the_paper()
    {
        var augmentation = new Augmentation(48, 64);
        var zooms = Enumerable.Range(0, 100).Select(seed => augmentation.Draw(new Random(seed), 48, 64).Zoom).ToHashSet();
        Assert.Equal([1.0, 1.2, 1.5], zooms.Order());
    }

    [Fact]
    public void Without_augmentation_the_view_is_whole() =>
        Assert.Equal(View.Whole, new Augmentation(48, 64, Geometry: false, Colour: false).Draw(new Random(1), 48, 64));

    [Fact]
    public void Colours_stay_between_black_and_white()
    {
        var scene = MiniatureData.Scene(0, Height, Width);
        var batch = Render(scene, View.Whole with { Gain = (1.3f, 0.7f, 1.3f), Contrast = 1.2f, Saturation = 1.3f });
        Assert.All(batch.Images, value => Assert.InRange(value, 0, 1));
    }

    private static Batch Render(LabeledImage scene, View view)
    {
        var batch = new Batch(1, Height, Width);
        SampleWriter.Write(scene, view, batch, 0);
        return batch;
    }
}
