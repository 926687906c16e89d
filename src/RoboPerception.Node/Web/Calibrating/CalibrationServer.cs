using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RoboPerception.Capture;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Remote;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web.Calibrating;

/// <summary>
/// The page of <c>calibrate --http-port</c>, for the phone beside the person with the board. It is served by the same rules as the dashboard:
/// loopback, or a token.
/// </summary>
internal sealed class CalibrationServer : IDisposable
{
    private readonly WebApplication application;
    private readonly CalibrationView view;
    private readonly Action finish;

    private CalibrationServer(WebApplication application, CalibrationView view, Action finish, Uri address) =>
        (this.application, this.view, this.finish, Address) = (application, view, finish, address);

    /// <summary>Where the page is.</summary>
    public Uri Address { get; }

    /// <summary>Serves.</summary>
    /// <param name="settings">Port, address and token, from <c>http</c>.</param>
    /// <param name="view">What is shown.</param>
    /// <param name="finish">Called when the person says that there are enough views; on any thread.</param>
    /// <exception cref="Core.UserErrorException">The port is taken, or a token is missing (exit code 2).</exception>
    public static CalibrationServer Start(NodeSettings settings, CalibrationView view, Action finish)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        WebServer.AddListener(builder, settings);
        builder.Services.AddSingleton<IHostLifetime, PlainLifetime>();
        var server = new CalibrationServer(builder.Build(), view, finish, new Uri($"http://{new IPEndPoint(settings.HttpAddress, settings.HttpPort)}/"));
        try
        {
            WebServer.MapAround(server.application, "calibrate.html", server.Map);
            server.application.Start();
            Console.Error.WriteLine($"roboperception: dashboard at {server.Address}");
            return server;
        }
        catch (Exception e)
        {
            server.Dispose();
            throw WebServer.BindFailure(e, settings) ?? e;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        application.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)application).Dispose();
    }

    private void Map(WebApplication mapped)
    {
        mapped.Map("/live/calibration", context => context.WebSockets.IsWebSocketRequest
            ? ViewerSocket.ServeAsync(context, view.Viewers, mapped.Lifetime.ApplicationStopping)
            : WebServer.WriteAsync(context, 400, "text/plain", "a WebSocket with the calibration's pictures\n"u8.ToArray()));
        mapped.MapPost("/api/finish", FinishAsync);
    }

    private async Task FinishAsync(HttpContext context)
    {
        if (await ControlPages.RefusedAsync(context).ConfigureAwait(false))
        {
            return;
        }

        int views = view.Views;
        bool isEnough = views >= CameraCalibrator.FewestViews;
        RemoteAnswer answer = isEnough
            ? RemoteAnswer.Ok(("views", views))
            : RemoteAnswer.Refused($"a calibration needs {CameraCalibrator.FewestViews} views, there are {views}");
        await WebServer.WriteAsync(context, isEnough ? 200 : 400, ContentTypes.Json, answer.Payload).ConfigureAwait(false);
        if (isEnough)
        {
            finish();
        }
    }
}
