using System.Drawing;
using RoboPerception.Core;
using RoboPerception.Training.Commands;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: training images of any shape reach the grid as a camera's do, image and ground truth alike, and what lies beside them teaches nothing.</summary>
public sealed class FittedImagesTests : IDisposable
{
    private const int Height = 48, Width = 64, DotClass = 5, DotMillimetres = 2500;

    private readonly FormatFolder files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("stretch", 160, 90)]
    [InlineData("crop", 160, 90)]
    [InlineData("letterbox", 160, 90)]
    [InlineData("crop", 96, 96)]
    [InlineData("letterbox", 96, 96)]
    [InlineData("crop", 90, 160)]
    [InlineData("letterbox", 90, 160)]
    [InlineData("letterbox", 101, 77)]
    [InlineData("crop", 640, 360)]
    public void A_dot_lands_in_image_and_ground_truth_where_the_geometry_says(string named, int width, int height)
    {
        var fit = DataArguments.FitOf(named);
        var (dotX, dotY, half) = ((width / 2) + (width / 10), (height / 2) - (height / 12), Math.Max(width, height) / 20);
        WriteDot("dot", width, height, dotX, dotY, half);
        files.Text("ids.txt", "dot");
        var image = FittedImages.Of(NyuFolder.Open(files.Root, "ids.txt"), fit).Read("dot", Height, Width);
        var geometry = FitGeometry.Of(fit, new(width, height), new(Width, Height));
        var to = geometry.Transform;
        var (x, y) = ((dotX - to.OffsetX) / to.ScaleX, (dotY - to.OffsetY) / to.ScaleY);
        var maps = new Dictionary<string, Func<int, double>>
        {
            ["image"] = i => Math.Max(image.Rgb[3 * i] - FitGeometry.Padding, 0),
            ["classes"] = i => image.Labels[i] == DotClass ? 1 : 0,
            ["depth"] = i => image.DepthMillimetres[i] == DotMillimetres ? 1 : 0,
            ["normals"] = i => image.Normals[(3 * i) + 2] < -100 ? 1 : 0,
        };
        foreach (var (map, weight) in maps)
        {
            double sum = 0, sumX = 0, sumY = 0;
            for (var i = 0; i < Height * Width; i++)
            {
                var w = weight(i);
                (sum, sumX, sumY) = (sum + w, sumX + (w * (i % Width)), sumY + (w * (i / Width)));
            }

            Assert.True(sum > 0, map);
            Assert.True(Math.Abs((sumX / sum) - x) < 0.6 && Math.Abs((sumY / sum) - y) < 0.6, $"{map}: {sumX / sum:0.00}, {sumY / sum:0.00} instead of {x:0.00}, {y:0.00}");
        }

        // A dot of the same height and width stays so unless shapes are squeezed.
        if (fit != ResizeFit.Stretch)
        {
            var places = Enumerable.Range(0, Height * Width).Where(i => image.Labels[i] == DotClass).ToArray();
            Assert.InRange(places.Select(i => i % Width).Distinct().Count() - places.Select(i => i / Width).Distinct().Count(), -1, 1);
        }
    }

    [Theory]
    [InlineData(160, 90)]
    [InlineData(96, 96)]
    [InlineData(90, 160)]
    public void Beside_a_letterboxed_image_nothing_is_known(int width, int height)
    {
        WriteDot("dot", width, height, width / 2, height / 2, 4);
        files.Text("ids.txt", "dot");
        var image = FittedImages.Of(NyuFolder.Open(files.Root, "ids.txt"), ResizeFit.Letterbox).Read("dot", Height, Width);
        var window = FitGeometry.Of(ResizeFit.Letterbox, new(width, height), new(Width, Height)).Window;
        Assert.Equal(window, image.Window);
        Assert.True(window.Width < Width || window.Height < Height);
        for (var i = 0; i < Height * Width; i++)
        {
            var isShown = window.Contains(i % Width, i / Width);
            Assert.Equal(isShown, image.Labels[i] != ClassMap.Unlabelled);
            Assert.Equal(isShown, image.DepthMillimetres[i] != 0);
            Assert.Equal(isShown, image.Normals.AsSpan(3 * i, 3).ContainsAnyExcept((sbyte)0));
            if (!isShown)
            {
                Assert.Equal([FitGeometry.Padding, FitGeometry.Padding, FitGeometry.Padding], image.Rgb[(3 * i)..((3 * i) + 3)]);
            }
        }
    }

    [Fact]
    public void Without_a_fit_images_are_what_their_reader_reads_and_so_are_fitted_ones_of_the_grids_shape()
    {
        using var data = new MiniatureData(3);
        var reader = NyuFolder.Open(data.Folder, "ids.txt");
        var choice = new DataChoice(data.Folder, "ids.txt", "ids.txt");
        foreach (var (fit, height, width) in new[] { (ResizeFit.Stretch, 32, 32), (ResizeFit.Stretch, 96, 128), (ResizeFit.Crop, 96, 128), (ResizeFit.Letterbox, 96, 128), (ResizeFit.Letterbox, 24, 32) })
        {
            using var opened = TrainingData.Open(choice with { Fit = fit }, height, width, CancellationToken.None);
            for (var i = 0; i < reader.Ids.Count; i++)
            {
                Same(reader.Read(reader.Ids[i], height, width, keepOwnNormals: true), opened.Validation![i], ownNormals: true);
                Same(reader.Read(reader.Ids[i], height, width), opened.Images.Read(0, i), ownNormals: false);
            }
        }
    }

    [Theory]
    [InlineData(nameof(FittedImages))]
    [InlineData(nameof(SomeImages))]
    public void What_a_reader_says_of_its_set_reaches_through_what_stands_before_it(string named)
    {
        var wrapper = typeof(ImageReader).Assembly.GetType($"{typeof(ImageReader).Namespace}.{named}")!;
        Assert.All(typeof(ImageReader).GetProperties().Where(property => property.GetMethod!.IsVirtual), property => Assert.Equal(wrapper, wrapper.GetProperty(property.Name)!.DeclaringType));
    }

    [Fact]
    public void A_set_whose_images_differ_in_shape_is_read_the_same_in_any_order()
    {
        WriteDot("wide", 160, 90, 80, 45, 4);
        WriteDot("tall", 90, 160, 45, 80, 4);
        files.Text("ids.txt", "wide", "tall");
        var reader = NyuFolder.Open(files.Root, "ids.txt");
        ImageReader one = FittedImages.Of(reader, ResizeFit.Letterbox), other = FittedImages.Of(reader, ResizeFit.Letterbox);
        LabeledImage[] there = [.. new[] { "wide", "tall", "wide" }.Select(id => one.Read(id, Height, Width))], back = [.. new[] { "tall", "wide", "tall" }.Select(id => other.Read(id, Height, Width))];
        Same(there[0], back[1], ownNormals: true);
        Same(there[1], back[0], ownNormals: true);
        Same(there[2], there[0], ownNormals: true);
        Same(back[2], back[0], ownNormals: true);
    }

    [Fact]
    public void Bars_have_no_part_in_a_loss_of_ground_truth_or_teacher_nor_in_a_figure()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var whole = MiniatureData.Scene(1, 36, 64);
        var image = FittedImages.Fit(whole, FitGeometry.Of(ResizeFit.Letterbox, new(64, 36), new(Width, Height)), Height, Width);
        var augmentation = new Augmentation(Height, Width) { Rule = new AugmentationRule { Rotation = 10 } };
        var draws = new Random(3);
        foreach (var view in Enumerable.Range(0, 6).Select(n => n == 0 ? View.Whole : augmentation.Draw(draws, Height, Width)))
        {
            var batch = new Batch(1, Height, Width);
            SampleWriter.Write(image, view, batch, 0);
            var bars = BatchTensors.Shown(batch, CPU)!.eq(0);
            Assert.InRange(bars.sum().item<long>(), 1, (Height * Width) - 1);
            foreach (var task in Tasks("seg13,depth,logdepth,depth-berhu,depth-silog,normal,normal-chord"))
            {
                var (raw, taught) = (rand(1, task.Channels, Height, Width), task.Activate(rand(1, task.Channels, Height, Width)));
                var otherwise = raw.masked_fill(bars, 5).requires_grad_();
                var target = BatchTensors.Target(batch, task, CPU);
                foreach (var loss in new Func<Tensor, Tensor>[] { own => task.Loss(task.Activate(own), target), own => Teacher.Distance(task, task.Activate(own), taught, bars.logical_not().to(float32)) })
                {
                    var changed = loss(otherwise);
                    Assert.Equal(loss(raw).item<float>(), changed.item<float>());
                    otherwise.grad?.zero_();
                    changed.backward();
                    Assert.Equal(0, otherwise.grad!.masked_select(bars).abs().sum().item<float>());
                    Assert.NotEqual(0, otherwise.grad!.abs().sum().item<float>());
                }

                if (view == View.Whole)
                {
                    Assert.Equal(Figures(task, raw, batch, image), Figures(task, otherwise.detach(), batch, image));
                }
            }
        }
    }

    [Fact]
    public void A_view_of_nothing_but_a_bar_teaches_nothing()
    {
        using var scope = NewDisposeScope();
        var image = FittedImages.Fit(MiniatureData.Scene(1, 48, 16), FitGeometry.Of(ResizeFit.Letterbox, new(16, 48), new(Width, Height)), Height, Width);
        var batch = new Batch(1, 16, 16);
        SampleWriter.Write(image, View.Whole with { Top = 8, Left = 2 }, batch, 0);
        Assert.All(batch.Shown!, shown => Assert.Equal(0, shown));
        foreach (var task in Tasks("seg13,logdepth,normal-chord"))
        {
            var raw = rand(1, task.Channels, 16, 16).requires_grad_();
            var loss = task.Loss(task.Activate(raw), BatchTensors.Target(batch, task, CPU)).Plus(Teacher.Distance(task, task.Activate(raw), task.Activate(rand(1, task.Channels, 16, 16)), BatchTensors.Shown(batch, CPU)));
            loss.backward();
            Assert.Equal(0, loss.item<float>());
            Assert.Equal(0, raw.grad!.abs().sum().item<float>());
        }
    }

    [Fact]
    public void A_batch_without_bars_has_no_map_of_them_also_when_it_had_one_before()
    {
        var batch = new Batch(1, Height, Width);
        SampleWriter.Write(MiniatureData.Scene(1, Height, Width), View.Whole, batch, 0);
        Assert.Null(batch.Shown);
        SampleWriter.Write(FittedImages.Fit(MiniatureData.Scene(1, 36, 64), FitGeometry.Of(ResizeFit.Letterbox, new(64, 36), new(Width, Height)), Height, Width), View.Whole, batch, 0);
        Assert.NotNull(batch.Shown);
        batch.Clear();
        Assert.Null(batch.Shown);
    }

    [Theory]
    [InlineData("letterbox", 32, 64, 10, 0, 43, 32)]
    [InlineData("letterbox", 64, 32, 0, 20, 32, 24)]
    [InlineData("crop", 32, 64, 0, 0, 64, 32)]
    public void Rooms_are_those_of_the_same_camera_at_the_scale_that_they_are_shown_in(string named, int height, int width, int x, int y, int windowWidth, int windowHeight)
    {
        var fit = DataArguments.FitOf(named);
        using var rooms = new SceneImages(7, 2, height, width, fit);
        var image = rooms.Read(0, 1);
        Assert.Equal((height, width), (image.Height, image.Width));
        var (wholeWidth, wholeHeight) = fit == ResizeFit.Crop ? (64, 48) : (windowWidth, windowHeight);
        using var plain = new SceneImages(7, 2, wholeHeight, wholeWidth);
        var whole = plain.Read(0, 1);
        var window = new Rectangle(x, y, windowWidth, windowHeight);
        var cut = new Point((wholeWidth - windowWidth) / 2, (wholeHeight - windowHeight) / 2);
        for (var i = 0; i < height * width; i++)
        {
            var (row, column) = Math.DivRem(i, width);
            if (!window.Contains(column, row))
            {
                Assert.Equal(ClassMap.Unlabelled, image.Labels[i]);
                continue;
            }

            var from = ((row - y + cut.Y) * wholeWidth) + column - x + cut.X;
            Assert.Equal((whole.Labels[from], whole.DepthMillimetres[from], whole.Rgb[3 * from]), (image.Labels[i], image.DepthMillimetres[i], image.Rgb[3 * i]));
        }
    }

    private static TaskDescription[] Tasks(string keys) => [.. keys.Split(',').SelectMany(key => TaskList.Parse(key))];

    private static double[] Figures(TaskDescription task, Tensor raw, Batch batch, LabeledImage image)
    {
        var meter = task.CreateMeter();
        GroundTruth.Compare(meter, task, task.Activate(raw).contiguous().data<float>().ToArray(), batch, [image]);
        return [.. meter.Values().Select(value => value.Value)];
    }

    private static void Same(LabeledImage expected, LabeledImage actual, bool ownNormals)
    {
        Assert.Equal((expected.Height, expected.Width), (actual.Height, actual.Width));
        Assert.Equal(expected.Rgb, actual.Rgb);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.DepthMillimetres, actual.DepthMillimetres);
        Assert.Equal(expected.Normals, actual.Normals);
        Assert.Equal(expected.Window, actual.Window);
        if (ownNormals)
        {
            Assert.Equal(expected.OwnNormals?.Values, actual.OwnNormals?.Values);
        }
    }

    /// <summary>A bright square about a pixel, of another class, distance and direction than what is around it.</summary>
    private void WriteDot(string id, int width, int height, int dotX, int dotY, int half)
    {
        files.Image($"rgb/{id}.png", height, width, i => IsDot(i) ? ((byte)250, (byte)250, (byte)250) : ((byte)20, (byte)20, (byte)20));
        files.Map8($"seg13/{id}.png", height, width, i => IsDot(i) ? (byte)DotClass : (byte)2);
        files.Map16($"depth/{id}.png", height, width, i => IsDot(i) ? (ushort)DotMillimetres : (ushort)4000);
        files.Image($"normal/{id}.png", height, width, i => IsDot(i) ? ((byte)128, (byte)128, (byte)0) : ((byte)255, (byte)128, (byte)128));

        bool IsDot(int i) => Math.Abs((i % width) - dotX) <= half && Math.Abs((i / width) - dotY) <= half;
    }
}
